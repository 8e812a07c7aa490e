"""The random order in which a task's gradient meets the others, from a number in the state."""

import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor

ORDERS = 1000
"""After so many batches the orders repeat."""


class RandomOrders:
    """Orders drawn once from a seed: the same on every backend and device, and after resuming.

    Args:
        seed: Of the draw.
        count: K, the number of tasks.
    """

    def __init__(self, seed: int, count: int) -> None:
        generator = np.random.default_rng(seed)
        others = np.array([[j for j in range(count) if j != i] for i in range(count)])
        self._table = generator.permuted(np.tile(others, (ORDERS, 1, 1)), axis=2).astype("int32")

    def at(self, number: Tensor) -> Tensor:
        """The order [K, K - 1] in which each task meets the others; `number` is below `ORDERS`."""
        return ops.take(ops.convert_to_tensor(self._table), ops.cast(number, "int32"), axis=0)


def following(number: Tensor) -> Tensor:
    """The number of the next batch's order."""
    return ops.where(number + 1.0 < ORDERS, number + 1.0, 0.0)
