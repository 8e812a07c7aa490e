"""The number of threads of one operation, on which the last bits of its sums depend."""

import os

from auxnet_keras.core.determinism import jax_has_started

_OF_JAX = ("PJRT_NPROC", "NPROC")
"""What JAX reads when it starts on a CPU; the first counts before the second, the newer name."""


def thread_count() -> int:
    """Threads that the backend divides an operation among."""
    import keras

    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            configured = tf.config.threading.get_intra_op_parallelism_threads()
            return configured or _number("TF_NUM_INTRAOP_THREADS") or available()
        case "jax":
            return next(filter(None, map(_number, _OF_JAX)), available())
        case "torch":
            import torch

            return torch.get_num_threads()
    return available()


def use_threads(count: int) -> bool:
    """Sets the number of threads, if the backend has not started yet; says whether it is so.

    Args:
        count: 1 or more.
    """
    import keras

    if thread_count() == count:
        return True
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        try:
            tf.config.threading.set_intra_op_parallelism_threads(count)
        except RuntimeError:
            return False
    elif backend == "jax" and not jax_has_started():
        os.environ.update(dict.fromkeys(_OF_JAX, str(count)))
    elif backend == "torch":
        import torch

        torch.set_num_threads(count)
    return thread_count() == count


def share_of(count: int) -> dict[str, str]:
    """The environment variables that give a new process so many threads, on any backend.

    Those that are already set have been set on purpose.
    """
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", *_OF_JAX)
    return {name: str(count) for name in names if name not in os.environ}


def _number(variable: str) -> int:
    text = os.environ.get(variable, "")
    return int(text) if text.isdecimal() else 0


def available() -> int:
    """Threads that this process may use at the same time."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1
