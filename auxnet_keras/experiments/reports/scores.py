"""The score by which a task is judged, and its format."""

import dataclasses
import math

DASH = "-"


@dataclasses.dataclass(frozen=True)
class Score:
    """A score of a run.

    Attributes:
        key: In `Scored.scores`.
        title: Its name in text and tables.
        larger_is_better: Its direction.
        scale: Factor in tables: IoU is written in per cent, its difference in points.
        digits: Decimals in tables.
        unit: The unit of a difference.
    """

    key: str
    title: str
    larger_is_better: bool
    scale: float
    digits: int
    unit: str

    def text(self, value: float | None) -> str:
        """A value of the score, or a dash."""
        if value is None or math.isnan(value):
            return DASH
        return f"{self.scale * value:.{self.digits}f}"

    def signed(self, difference: float) -> str:
        """A difference, with its sign."""
        return f"{self.scale * difference:+.{self.digits}f}"


MAIN_SCORES = {
    "segmentation": Score("mean_iou", "mean IoU", True, 100.0, 2, "points"),
    "depth": Score("abs_rel", "abs rel", False, 1.0, 4, ""),
}
"""Task -> the score in which the arms that train it as their main task are compared."""
