"""How many steps an optimizer makes, and after how many epochs."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Timeline:
    """The epochs that one optimizer trains.

    Attributes:
        parts: (epochs, steps per epoch) of each part, in order: one, or two if the auxiliary task
            trains alone first and the optimizer continues afterwards.

    Example:
        >>> timeline = ak.optimizers.Timeline(((2, 10), (5, 3)))
        >>> timeline.steps, timeline.after(3)
        (35, 23)
    """

    parts: tuple[tuple[int, int], ...]

    @property
    def steps(self) -> int:
        """All steps."""
        return sum(epochs * steps for epochs, steps in self.parts)

    def after(self, epochs: int) -> int:
        """Steps done after so many epochs; beyond the last, its part goes on."""
        done = 0
        for length, steps in self.parts[:-1]:
            within = min(epochs, length)
            done += within * steps
            epochs -= within
        return done + epochs * self.parts[-1][1]
