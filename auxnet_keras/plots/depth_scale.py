"""One colour scale for several depth maps: near is bright in every unit, and the ticks say it."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from auxnet_keras.plots.colour import colour_depth
from auxnet_keras.plots.colour_bar import ColourBar

APART = 0.11  # of the bar's length, between two ticks
SIGNS = {"metres": "m", "inverse_depth": "m", "disparity_px": "px", "raw": "as stored"}


@dataclasses.dataclass(frozen=True)
class DepthScale:
    """Maps depth to colour; the maps it colours are comparable.

    Args:
        near: The value shown brightest; nearer ones look the same.
        far: The farthest value of the maps.
        unit: "metres", "inverse_depth", "disparity_px" or "raw".
        far_is_large: Whether a larger value is farther away, as in metres.
    """

    near: float
    far: float
    unit: str
    far_is_large: bool

    @classmethod
    def of(
        cls, maps: Sequence[np.ndarray], unit: str, *, far_is_large: bool
    ) -> "DepthScale | None":
        """The scale of some maps: from their nearest to their farthest 1 % of pixels.

        Args:
            maps: Depth maps of any shape; values that are not finite or not positive do not count.
            unit: Their unit.
            far_is_large: As above.

        Returns:
            The scale; `None` if no pixel has a positive depth.
        """
        values = np.concatenate([np.ravel(depth) for depth in maps])
        values = values[np.isfinite(values) & (values > 0)]
        if not values.size:
            return None
        low, high = (float(end) for end in np.percentile(values, (1, 99)))
        near, far = (low, high) if far_is_large else (high, low)
        return cls(near, far, unit, far_is_large)

    def colour(self, depth: np.ndarray) -> np.ndarray:
        """uint8 [H, W, 3], RGB, of a depth map; neutral where there is no depth."""
        return colour_depth(depth, self.near, near_bright=self.far_is_large)

    def bar(self, steps: int = 256) -> ColourBar:
        """All colours from far to near, with round distances (or disparities) as ticks."""
        first = self._brightness(self.far)
        values = np.linspace(first, 1.0, steps)
        shown = self.near / values**2 if self.far_is_large else self.near * values
        spread = max(1.0 - first, 1e-9)
        ticks: list[tuple[float, str]] = []
        for value in self._round_values():
            place = (self._brightness(value) - first) / spread
            if 0 <= place <= 1 and all(abs(place - other) >= APART for other, _ in ticks):
                ticks.append((place, self._text(value)))
        title = f"depth [{SIGNS[self.unit]}]" if self.unit != "disparity_px" else "disparity [px]"
        return ColourBar(title, self.colour(shown[None])[0], ticks, "no depth")

    def _brightness(self, value: float) -> float:
        """As `colour_depth` has it: 1 is brightest."""
        if self.far_is_large:
            return min(1.0, math.sqrt(self.near / max(value, 1e-9)))
        return min(1.0, value / self.near)

    def _round_values(self) -> list[float]:
        """Candidates for ticks, the most important first: both ends, then 1, 2, 5 times 10^n."""
        ends = [self.near, self.far]
        if self.unit == "inverse_depth":
            ends = [1 / end for end in ends]
        low, high = sorted(ends)
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        between = [m * 10.0**n for n in powers for m in (1, 2, 5) if low <= m * 10.0**n <= high]
        nearest_first = sorted(between, reverse=self.unit == "disparity_px")
        values = [ends[0], ends[1], *nearest_first]
        return [1 / value for value in values] if self.unit == "inverse_depth" else values

    def _text(self, value: float) -> str:
        value = 1 / value if self.unit == "inverse_depth" else value
        return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
