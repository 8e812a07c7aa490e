"""A constant learning rate."""

import dataclasses
from typing import Any

from auxnet_keras.optimizers.checks import check_steps
from auxnet_keras.optimizers.schedules.timeline import Timeline


@dataclasses.dataclass(frozen=True)
class Constant:
    """`rate(t) = learning_rate`; it may rise to it first.

    Args:
        warmup: Steps during which the rate rises linearly: `rate(t) = learning_rate (t + 1) /
            warmup` for the steps t < warmup, counted from 0.

    Raises:
        ConfigError: `warmup` is not a whole number >= 0.

    Reference:
        Warm-up: Goyal et al., Accurate, Large Minibatch SGD, 2017, section 2.2.
    """

    warmup: int = 0

    def __post_init__(self) -> None:
        check_steps("warmup of constant", self.warmup)

    def make(self, learning_rate: float, timeline: Timeline) -> Any:
        """The rate, or a schedule of Keras."""
        if not self.warmup:
            return learning_rate
        from auxnet_keras.optimizers.schedules.warm_up import warmed_up

        return warmed_up(learning_rate, self.warmup, learning_rate)
