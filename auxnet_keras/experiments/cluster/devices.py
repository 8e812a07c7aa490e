"""The devices that a run trains on."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from auxnet_keras.errors import ConfigError

if TYPE_CHECKING:
    from auxnet_keras.models import AuxiliaryModel

Build: TypeAlias = "Callable[[Callable[[], AuxiliaryModel]], AuxiliaryModel]"
"""Calls what builds a model, so that the model is built for the devices."""


@contextlib.contextmanager
def using_devices(count: int) -> Iterator[Build]:
    """Inside the block, a model that the yielded function has built trains on `count` devices.

    Each device gets its share of every batch, so the batch size is the global one, and the result
    is that of one device up to the rounding of sums.

    Args:
        count: How many devices of this host.

    Raises:
        ConfigError: There are fewer, or the backend trains on one only.
    """
    import keras

    backend = keras.backend.backend()
    if count == 1:
        yield lambda make: make()
    elif backend == "tensorflow":
        from auxnet_keras.experiments.cluster.tensorflow_devices import mirrored

        yield mirrored(count)
    else:
        raise ConfigError(
            f"The backend {backend} trains on one device. Set KERAS_BACKEND=tensorflow or "
            f"KERAS_BACKEND=jax, or leave devices out. Received: devices={count}."
        )
