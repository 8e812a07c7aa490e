"""A learning rate that drops at given epochs."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.optimizers.checks import check_above_0, check_steps
from auxnet_keras.optimizers.schedules.timeline import Timeline


@dataclasses.dataclass(frozen=True)
class Drops:
    """`rate(t)` is the rate of the last point that is reached, and before it the learning rate.

    A point `EPOCHS:RATE` is reached with the first step after so many epochs. The points do not
    depend on the length of the run, which may grow. `learning_rate_drops` does the same without
    warm-up.

    Args:
        points: Finished epochs to the rate from then on.
        warmup: As in `Constant`.

    Raises:
        ConfigError: No points; epochs that are not a whole number >= 1; a rate that is not a finite
            number > 0; `warmup` is not a whole number >= 0.

    Example:
        >>> drops = ak.optimizers.Drops({20: 1e-3, 30: 1e-4})
        >>> rate = drops.make(1e-2, ak.optimizers.Timeline(((40, 100),)))
        >>> [round(float(rate(step)), 6) for step in (0, 1999, 2000, 3000)]
        [0.01, 0.01, 0.001, 0.0001]
    """

    points: Mapping[int, float]
    warmup: int = 0

    def __post_init__(self) -> None:
        check_steps("warmup of drops", self.warmup)
        if not self.points:
            raise ConfigError(
                "The schedule drops needs points EPOCHS:RATE, such as drops:20:0.001,30:0.0001. "
                f"Received: {shown(self.points)}."
            )
        for epochs, rate in self.points.items():
            if not is_whole(epochs) or not 1 <= epochs < 2**31:
                raise ConfigError(
                    "The epochs of the schedule drops must be whole numbers >= 1. "
                    f"Received: {shown(epochs)}."
                )
            check_above_0("The rates of the schedule drops", rate)

    def make(self, learning_rate: float, timeline: Timeline) -> Any:
        """The schedule of Keras."""
        import keras

        from auxnet_keras.optimizers.schedules.warm_up import warmed_up

        ordered = sorted(self.points)
        # Keras changes the value after its boundary, and warm-up counts from its own end.
        reached = [timeline.after(epochs) - 1 - self.warmup for epochs in ordered]
        rates = [learning_rate, *(float(self.points[epochs]) for epochs in ordered)]
        schedule = keras.optimizers.schedules.PiecewiseConstantDecay(reached, rates)
        return warmed_up(learning_rate, self.warmup, schedule)
