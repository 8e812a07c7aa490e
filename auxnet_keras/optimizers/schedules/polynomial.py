"""A learning rate that falls by a power."""

import dataclasses
from typing import Any

from auxnet_keras.optimizers.checks import check_above_0, check_share, check_steps
from auxnet_keras.optimizers.schedules.timeline import Timeline


@dataclasses.dataclass(frozen=True)
class Polynomial:
    """Falls over all steps of the run, almost linearly with the usual power of 0.9.

    With T steps, w of them warm-up, and x = (t - w) / (T - w) for the steps t >= w:
    `rate(t) = learning_rate (final + (1 - final) (1 - x)^power)`.

    It depends on T, so the epochs of such a run cannot grow.

    Args:
        power: 1 is a straight line.
        final: The rate after the last step, as a share of the learning rate.
        warmup: As in `Constant`.

    Raises:
        ConfigError: `power` is not a finite number > 0, `final` is not in [0, 1], or `warmup` not a
            whole number >= 0.

    Example:
        >>> linear = ak.optimizers.Polynomial(power=1.0, final=0.1)
        >>> rate = linear.make(1.0, ak.optimizers.Timeline(((10, 10),)))
        >>> [round(float(rate(step)), 2) for step in (0, 50, 100)]
        [1.0, 0.55, 0.1]

    Reference:
        The policy "poly" of Liu et al., ParseNet, 2015, and Chen et al., DeepLab, TPAMI 2018.
    """

    power: float = 0.9
    final: float = 0.0
    warmup: int = 0

    def __post_init__(self) -> None:
        check_above_0("power of polynomial", self.power)
        check_share("final of polynomial", self.final, one=True)
        check_steps("warmup of polynomial", self.warmup)

    def make(self, learning_rate: float, timeline: Timeline) -> Any:
        """The schedule of Keras."""
        import keras

        from auxnet_keras.optimizers.schedules.warm_up import warmed_up

        schedule = keras.optimizers.schedules.PolynomialDecay(
            learning_rate,
            max(1, timeline.steps - self.warmup),
            end_learning_rate=self.final * learning_rate,
            power=self.power,
        )
        return warmed_up(learning_rate, self.warmup, schedule)
