"""Depth units, and the conversion of stored integers to them.

With focal length f [px], baseline B [m] and disparity d [px]: `metres = B * f / d`,
`inverse_depth = 1 / metres` [1/m].
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from auxnet_keras.data.frame import INVALID
from auxnet_keras.data.unit_names import UNITS
from auxnet_keras.errors import DataError, unknown


@dataclass(frozen=True, slots=True)
class Calibration:
    """A stereo pair: focal length [px of the image's width] and baseline [m]."""

    focal: float
    baseline: float


class NoCalibrationError(DataError):
    """The data set has no calibration for a frame; its files are not at fault."""


def _not_needed() -> Calibration:
    raise AssertionError("a depth in its own unit needs no calibration")


@dataclass(frozen=True, slots=True)
class DepthEncoding:
    """How a data set stores depth: `value = stored * scale + offset` in `unit`.

    Args:
        unit: "disparity_px", "metres" or "inverse_depth".
        invalid: Stored values that mean "not measured".
        far: The first stored value that means "beyond the range"; None if there is none.
    """

    unit: str
    scale: float
    offset: float = 0.0
    invalid: tuple[float, ...] = (0,)
    far: int | None = None

    def decode(
        self,
        stored: np.ndarray,
        unit: str,
        calibration: Callable[[], Calibration] = _not_needed,
    ) -> np.ndarray:
        """Converts stored values to the requested unit.

        Args:
            stored: Integers or float32 [H, W]; NaN and infinity are not measured.
            unit: One of `UNITS`; "raw" keeps the stored values.
            calibration: Called to convert between disparity and depth.

        Returns:
            float32 [H, W], -1 where invalid.
        """
        lost = np.zeros(stored.shape, bool)
        for value in self.invalid:
            lost |= stored == value
        if self.far is not None:
            lost |= stored >= self.far
        values = stored.astype(np.float32)
        if stored.dtype.kind == "f":
            lost |= ~np.isfinite(stored)
        if unit != "raw":
            values *= np.float32(self.scale)
            values += np.float32(self.offset)
            lost |= values < 0
            if unit != self.unit:
                values = convert_unit(values, self.unit, unit, calibration)
                lost |= ~np.isfinite(values)
        np.putmask(values, lost, INVALID)
        return values


def convert_unit(
    values: np.ndarray, given: str, wanted: str, calibration: Callable[[], Calibration]
) -> np.ndarray:
    """Converts values >= 0 between physical units; a value without a counterpart is infinite."""
    if given == wanted:
        return values
    product = 1.0
    if "disparity_px" in (given, wanted):
        stereo = calibration()
        product = stereo.focal * stereo.baseline
    with np.errstate(divide="ignore"):
        inverse = {
            "metres": lambda: 1.0 / values,
            "inverse_depth": lambda: values,
            "disparity_px": lambda: values / product,
        }[given]()
        wanted_values = {
            "metres": lambda: 1.0 / inverse,
            "inverse_depth": lambda: inverse,
            "disparity_px": lambda: inverse * product,
        }[wanted]()
    return wanted_values.astype(np.float32)


def check_unit(unit: str) -> str:
    """The unit itself; raises an error that names the closest valid one."""
    if unit not in UNITS:
        raise unknown("depth unit", unit, UNITS)
    return unit


def zoom_power(unit: str, stored_unit: str) -> int:
    """The power of s by which values change when the image is magnified by s.

    Things look s times nearer: metres are divided by s, disparity and inverse depth multiplied.
    "raw" scales as the unit it is stored in.
    """
    return -1 if (stored_unit if unit == "raw" else unit) == "metres" else 1
