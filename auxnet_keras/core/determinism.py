"""Makes a backend compute the same bits each time: kernels that add in a fixed order."""

import os

GPU_FLAG = "--xla_gpu_deterministic_ops=true"
"""What XLA_FLAGS must contain before JAX starts on a GPU; elsewhere, XLA always is."""


def compute_deterministically() -> bool:
    """Chooses deterministic kernels from now on; says whether the backend could still do so.

    JAX reads its flags when it starts. A process that has already used JAX on a GPU keeps what it
    has. PyTorch warns of each operation that has no deterministic kernel.
    """
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
        return True
    if backend == "torch":
        import torch

        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts
        torch.use_deterministic_algorithms(True, warn_only=True)
        return True
    if backend != "jax":
        return False
    flags = os.environ.get("XLA_FLAGS", "")
    if GPU_FLAG in flags.split():
        return True
    if not jax_has_started():
        os.environ["XLA_FLAGS"] = f"{flags} {GPU_FLAG}".strip()
        return True
    import jax

    return jax.default_backend() != "gpu"


def jax_has_started() -> bool:
    """Whether JAX has found its devices, after which it no longer reads settings of the process."""
    from jax._src.xla_bridge import backends_are_initialized  # there is no public way to ask

    return backends_are_initialized()
