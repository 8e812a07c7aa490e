"""The colours of a frame's depth: near is bright in every unit, and both ends are labelled."""

from dataclasses import dataclass

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.unit_names import SIGNS
from auxnet_keras.data.units import zoom_power


@dataclass(frozen=True)
class DepthScale:
    """Maps depth to colour.

    Args:
        bright: The value shown brightest; nearer values look the same.
        dark: The farthest value, shown darkest.
        unit: The unit of both: "metres", "disparity_px" or "inverse_depth".
    """

    bright: float
    dark: float
    unit: str

    @classmethod
    def of(cls, depth: np.ndarray, unit: str) -> "DepthScale | None":
        """The scale for a frame; its nearest 1 % of pixels are brightest.

        Args:
            depth: [H, W, 1], in `unit`, -1 = invalid.

        Returns:
            The scale; `None` if no pixel has a depth.
        """
        valid = depth[depth >= 0]
        if not valid.size:
            return None
        if zoom_power(unit, unit) < 0:
            return cls(float(np.percentile(valid, 1)), float(valid.max()), unit)
        return cls(float(np.percentile(valid, 99)), float(valid.min()), unit)

    def colour(self, depth: np.ndarray) -> np.ndarray:
        """uint8 [H, W, 3], RGB, of a depth map [H, W, 1]; grey where invalid."""
        return plots.colour_depth(depth, self.bright, near_bright=self._far_is_large)

    def bar(self, height: int, width: int) -> np.ndarray:
        """All colours from far to near, uint8 [height, width, 3], RGB."""
        if self._far_is_large:  # brightness goes as the root of 1 / depth
            near, far = max(self.bright, 1e-6), max(self.dark, 1e-6)
            values = near / np.linspace(min(1.0, np.sqrt(near / far)), 1.0, width) ** 2
        else:
            values = np.linspace(self.dark, self.bright, width)
        return self.colour(np.repeat(values[None], height, axis=0))

    @property
    def far_text(self) -> str:
        """The dark end, without the unit: the other end has it."""
        return _number(self.dark)

    @property
    def near_text(self) -> str:
        """The bright end, with the unit."""
        return f"{_number(self.bright)} {SIGNS[self.unit]}"

    def range_text(self, depth: np.ndarray) -> str:
        """The smallest and the largest valid value of a depth map, as in "3.1 to 80.2 m"."""
        valid = depth[depth >= 0]
        if not valid.size:
            return ""
        return f"{_number(valid.min())} to {_number(valid.max())} {SIGNS[self.unit]}"

    @property
    def _far_is_large(self) -> bool:
        return zoom_power(self.unit, self.unit) < 0


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"
