"""The depth bins of Learning Boost's authors, in any unit."""

import math
from dataclasses import dataclass

import numpy as np

from auxnet_keras.data.units import Calibration, check_unit, convert_unit
from auxnet_keras.errors import ConfigError, unknown


@dataclass(frozen=True)
class _Preset:
    """Edges in the authors' unit.

    Args:
        stereo: The cameras, if the data set has two.
        width: Width of the original images [px].
    """

    edges: tuple[float, ...]
    unit: str
    stereo: Calibration | None = None
    width: int = 0


PRESETS = {
    "vkitti": _Preset(
        (6, 8, 10, 14, 18, 23, 31, 40, 49, 59, 92, 147, 236, 655),
        "metres",
        Calibration(725.0087, 0.532725),
        1242,
    ),
    "nyuv2": _Preset((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), "metres"),
    "cityscapes": _Preset(
        (10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130),
        "disparity_px",
        Calibration(2262.52, 0.209313),
        2048,
    ),
}
"""Taken from the authors' program. If a data set has no depth beyond the last edge (NYU-v2 ends at
10 m, Cityscapes at 126 px), the last bin stays empty; their program had no weight for it."""


def preset_bins(dataset: str, unit: str | None = None, *, width: int | None = None) -> np.ndarray:
    """Edges of the authors' depth bins.

    Args:
        dataset: "vkitti" (14 edges in metres), "nyuv2" (10 edges in metres), "cityscapes" (13 edges
            in pixels of disparity).
        unit: The target's unit; None is the one above. Farther means smaller disparity and smaller
            inverse depth, so the order of the bins reverses between these and metres.
        width: Width [px] the images are resized to, which rescales disparities; None is the data
            set's own.

    Returns:
        float32 [E], increasing; they make E + 1 bins.

    Raises:
        ConfigError: An unknown name, or a unit the data set cannot be converted to.

    Example:
        >>> ak.data.preset_bins("nyuv2", "inverse_depth")[:2]
        array([0.1       , 0.11111111], dtype=float32)

    Reference:
        Yim and Kim, Learning Boost by Exploiting the Auxiliary Task, 2020, section 5.1.
    """
    if dataset not in PRESETS:
        raise unknown("preset of depth bins", dataset, PRESETS)
    preset = PRESETS[dataset]
    unit = preset.unit if unit is None else check_unit(unit)
    if unit == "raw" or ("disparity_px" in (unit, preset.unit) and preset.stereo is None):
        raise ConfigError(
            f"The edges of {dataset!r} are in {preset.unit} and have no counterpart in {unit}; "
            f"load the data in {preset.unit} or inverse_depth, or measure edges with "
            f"ak.data.depth_bins. Received: unit={unit!r}."
        )
    stereo = preset.stereo or Calibration(math.nan, math.nan)  # not needed then
    edges = convert_unit(np.asarray(preset.edges, np.float64), preset.unit, unit, lambda: stereo)
    if unit == "disparity_px" and width is not None:
        edges = edges * (width / preset.width)
    return np.sort(edges).astype(np.float32)
