"""Lack of memory in a training: a backend's error lists tensors, not what to change."""

import contextlib
import re
from collections.abc import Iterator

import keras

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.config.run_config import RunConfig

_WHAT = re.compile(r"(?:OOM|failed to allocate|[Oo]ut of memory|can't allocate memory)[^\n]*")


@contextlib.contextmanager
def readable_memory_errors(config: RunConfig) -> Iterator[None]:
    """Turns an allocation that failed into an error with the settings that need less.

    Where the operating system ends the process instead, as it does for main memory, nothing can be
    said.

    Args:
        config: The run's settings.

    Raises:
        DataError: The memory of the device or the machine is not sufficient.
    """
    try:
        yield
    except (_backend_error(), MemoryError) as error:
        found = _WHAT.search(str(error))
        if not isinstance(error, MemoryError) and not found:
            raise  # of something else, such as a disk
        height, width = config.size
        cached = ', and without cache="memory"' if config.cache == "memory" else ""
        raise DataError(
            f"The memory is too small for steps of {config.batch_size} images of {height}x{width}"
            f"{cached and ', or for the cache'}. Use a smaller batch_size or size{cached}. "
            f"Received: {found[0] if found else 'MemoryError'}."
        ) from error


def _backend_error() -> type[Exception]:
    """What the backend raises when an allocation fails, among others."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            return tf.errors.ResourceExhaustedError
        case "jax":
            import jax

            return jax.errors.JaxRuntimeError
    return RuntimeError  # of PyTorch, on a CPU; on a GPU its OutOfMemoryError, which is one
