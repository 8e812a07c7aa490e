"""Metrics that the training model adds to those of `compile`: its losses and weights."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor


@keras.saving.register_keras_serializable(package="auxnet_keras")
class PixelMean(keras.metrics.Metric):
    """Mean of a loss over all valid pixels of an epoch (not the mean of the batches' means)."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.total = self.add_variable((), initializer="zeros", name="total")
        self.count = self.add_variable((), initializer="zeros", name="count")

    def update_state(self, total: Tensor, count: Tensor) -> None:
        self.total.assign_add(total)
        self.count.assign_add(count)

    def result(self) -> Tensor:
        count = ops.convert_to_tensor(self.count)
        return ops.where(count > 0, self.total / ops.maximum(count, 1e-12), 0.0)


@keras.saving.register_keras_serializable(package="auxnet_keras")
class CurrentValue(keras.metrics.Metric):
    """A metric with the last value it was given as its result."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.value = self.add_variable((), initializer="zeros", aggregation="mean", name="value")

    def update_state(self, value: Tensor) -> None:
        self.value.assign(value)

    def result(self) -> Tensor:
        # A copy: JAX donates the variable's own buffer, and with it the logs, to the next step.
        return ops.copy(ops.convert_to_tensor(self.value))

    def reset_state(self) -> None:
        """Does nothing: a weight does not start over with an epoch."""
