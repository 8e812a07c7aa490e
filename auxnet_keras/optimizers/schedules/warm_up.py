"""A learning rate that first rises."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor


@keras.saving.register_keras_serializable(package="auxnet_keras")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """Rises linearly to the learning rate, then follows another schedule.

    With the steps t counted from 0: `rate(t) = learning_rate * (t + 1) / steps` for t < steps, so
    that the first step is not wasted, and `after(t - steps)` from there.

    Args:
        learning_rate: The highest rate.
        steps: The number of steps that rise, 1 or more.
        after: A schedule of Keras, which starts when these steps are done, or a constant rate.
    """

    def __init__(self, learning_rate: float, steps: int, after: Any) -> None:
        self.learning_rate = float(learning_rate)
        self.steps = int(steps)
        self.after = after

    def __call__(self, step: Tensor) -> Tensor:
        step = ops.cast(step, "float32")
        rising = self.learning_rate * (step + 1.0) / self.steps
        later = self.after
        if callable(later):
            later = later(ops.maximum(step - self.steps, 0.0))
        return ops.where(step < self.steps, rising, later)

    def get_config(self) -> dict[str, Any]:
        after = self.after
        return {
            "learning_rate": self.learning_rate,
            "steps": self.steps,
            "after": keras.saving.serialize_keras_object(after) if callable(after) else after,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "WarmUp":
        after = config["after"]
        if isinstance(after, dict):
            after = keras.saving.deserialize_keras_object(after)
        return cls(config["learning_rate"], config["steps"], after)


def warmed_up(learning_rate: float, steps: int, after: Any) -> Any:
    """`after` behind a warm-up of so many steps; `after` itself without any."""
    return WarmUp(learning_rate, steps, after) if steps else after
