"""Checks the values of a depth map: finds those that no real scene has."""

from pathlib import Path

import numpy as np

from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import DepthEncoding
from data_tools.verify.problem import Problem

NEAREST = 0.1
"""Metres; no scene ends before that, but one with a wrong scale does."""


def measured(stored: np.ndarray, encoding: DepthEncoding) -> np.ndarray:
    """The depths of the pixels that have one, in the data set's own unit.

    Args:
        stored: Integers or float32 [H, W], as in the file.

    Returns:
        float32 [N], finite and not negative.
    """
    values = encoding.decode(stored, encoding.unit)
    return values[np.isfinite(values) & (values >= 0)]


def depth_problems(
    path: Path, stored: np.ndarray, values: np.ndarray, source: Source
) -> list[Problem]:
    """Problems of a depth map: NaN or infinity, and the most serious of all others.

    Args:
        path: The file.
        stored: Integers or float32 [H, W], as in the file.
        values: The depths from `measured`.
        source: The data set.
    """
    problems = []
    lost = stored.size - int(np.isfinite(stored).sum())
    if lost and source.finite:
        sentence = f"NaN or infinite in {lost:,} of {stored.size:,} pixels"
        problems.append(Problem("error", "not_finite", str(path), sentence))
    found = _implausible(stored, values, source)
    if found is not None:
        level, code, sentence = found
        problems.append(Problem(level, code, str(path), sentence))
    return problems


def _implausible(
    stored: np.ndarray, values: np.ndarray, source: Source
) -> tuple[str, str, str] | None:
    if not values.size:
        return "warning", "empty_depth", "no pixel has a depth"
    unit, most, width = source.encoding.unit, float(values.max()), stored.shape[1]
    if unit == "disparity_px" and most > width / 2:
        return (
            "error",
            "impossible_disparity",
            f"disparities up to {most:.1f} px in an image {width} px wide: more than half of that "
            f"in {int((values > width / 2).sum()):,} of {stored.size:,} pixels",
        )
    farthest = source.info.farthest_metres
    if unit == "metres" and most > farthest:
        return (
            "warning",
            "far_depth",
            f"farther than {farthest:g} m in {int((values > farthest).sum()):,} of "
            f"{stored.size:,} pixels, up to {most:,.2f} m",
        )
    if unit == "metres" and most < NEAREST:
        return (
            "warning",
            "near_depth",
            f"nearer than {NEAREST:g} m everywhere, up to {most:.4g} m: check the scale",
        )
    saturated = _saturated(stored, source.encoding)
    if saturated:
        return (
            "warning",
            "saturated_depth",
            f"{np.iinfo(stored.dtype).max}, the largest value of this file format and rarely a "
            f"measurement, in {saturated:,} of {stored.size:,} pixels",
        )
    if stored.size > 1 and (stored == stored.flat[0]).all():
        return "warning", "constant_depth", f"every pixel has the same depth, {most:g} {unit}"
    return None


def _saturated(stored: np.ndarray, encoding: DepthEncoding) -> int:
    """Pixels with the largest integer of their type, unless the encoding gives it a meaning."""
    if stored.dtype.kind != "u":
        return 0
    top = np.iinfo(stored.dtype).max
    if not measured(np.array([[top]], stored.dtype), encoding).size:
        return 0
    return int((stored == top).sum())
