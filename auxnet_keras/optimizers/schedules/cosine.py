"""A learning rate that falls along half a cosine."""

import dataclasses
from typing import Any

from auxnet_keras.optimizers.checks import check_share, check_steps
from auxnet_keras.optimizers.schedules.timeline import Timeline


@dataclasses.dataclass(frozen=True)
class Cosine:
    """Falls slowly, then fast, then slowly, over all steps of the run.

    With T steps, w of them warm-up, and x = (t - w) / (T - w) for the steps t >= w:
    `rate(t) = learning_rate (final + (1 - final) (1 + cos(pi x)) / 2)`.

    It depends on T, so the epochs of such a run cannot grow.

    Args:
        final: The rate after the last step, as a share of the learning rate.
        warmup: As in `Constant`.

    Raises:
        ConfigError: `final` is not in [0, 1], or `warmup` not a whole number >= 0.

    Example:
        >>> rate = ak.optimizers.Cosine().make(1e-2, ak.optimizers.Timeline(((10, 10),)))
        >>> [round(float(rate(step)), 4) for step in (0, 50, 100)]
        [0.01, 0.005, 0.0]

    Reference:
        Loshchilov and Hutter, SGDR, ICLR 2017, Eq. 5, without restarts.
    """

    final: float = 0.0
    warmup: int = 0

    def __post_init__(self) -> None:
        check_share("final of cosine", self.final, one=True)
        check_steps("warmup of cosine", self.warmup)

    def make(self, learning_rate: float, timeline: Timeline) -> Any:
        """The schedule of Keras."""
        import keras

        from auxnet_keras.optimizers.schedules.warm_up import warmed_up

        steps = max(1, timeline.steps - self.warmup)
        schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=self.final)
        return warmed_up(learning_rate, self.warmup, schedule)
