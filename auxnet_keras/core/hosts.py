"""Which of the processes this is, if several train one run together (on JAX only)."""

from typing import Any

from auxnet_keras.core.backend import backend


def process_index() -> int:
    """The number of this process, from 0; 0 unless several were started."""
    return 0 if backend() != "jax" else int(_state().process_id)


def process_count() -> int:
    """How many processes train together; 1 unless several were started."""
    return 1 if backend() != "jax" else int(_state().num_processes)


def is_chief() -> bool:
    """Whether this process writes the files of a run: the first does, the others do not."""
    return process_index() == 0


def _state() -> Any:
    # jax.process_index() would start JAX, which then no longer reads settings of the process.
    from jax._src.distributed import global_state

    return global_state
