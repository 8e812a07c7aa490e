"""The GPUs that the backend computes on: their names, and the memory that they have used."""

from typing import Any

import keras


def gpu_names() -> list[str | None]:
    """What each GPU calls itself, in the backend's order; empty on a CPU."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            found = tf.config.list_physical_devices("GPU")
            details = tf.config.experimental.get_device_details
            return [details(gpu).get("device_name") for gpu in found]
        case "jax":
            return [gpu.device_kind for gpu in _gpus_of_jax()]
        case "torch":
            import torch

            return [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]
    return []


def peak_gpu_memory() -> int | None:
    """The most bytes in use on the first GPU so far; `None` without a GPU."""
    if not gpu_names():
        return None
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            return tf.config.experimental.get_memory_info("GPU:0")["peak"]
        case "jax":
            return (_gpus_of_jax()[0].memory_stats() or {}).get("peak_bytes_in_use")
        case "torch":
            import torch

            return torch.cuda.max_memory_allocated(0)
    return None


def _gpus_of_jax() -> list[Any]:
    import jax

    return [device for device in jax.local_devices() if device.platform == "gpu"]
