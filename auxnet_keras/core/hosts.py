"""Which of the processes this is, if several train one run together (on JAX only)."""

from types import ModuleType

import keras


def process_index() -> int:
    """The number of this process, from 0; 0 unless several were started."""
    return _jax().process_index() if _several() else 0


def process_count() -> int:
    """How many processes train together; 1 unless several were started."""
    return _jax().process_count() if _several() else 1


def is_chief() -> bool:
    """Whether this process writes the files of a run: the first does, the others do not."""
    return process_index() == 0


def _several() -> bool:
    # Without this question JAX would choose its devices now, before it can be told of others.
    return keras.backend.backend() == "jax" and _jax().distributed.is_initialized()


def _jax() -> ModuleType:
    import jax

    return jax
