"""Depth as the integers of a 16-bit PNG."""

import numpy as np

SCALES = {"metres": 1 / 256, "disparity_px": 1 / 256, "inverse_depth": 1 / 8192, "raw": 1.0}
"""The value of one step, as `depth.scale` of a `dataset.yaml`; all are powers of two.

Metres and disparity are KITTI's, up to 255.996. Inverse depth is up to 7.9998 1/m, which is
12.5 cm. The raw numbers of a data set are those of its own files, which have at most 16 bits.
"""

_LARGEST = 65535


def encode(depth: np.ndarray, unit: str) -> np.ndarray:
    """`stored = depth / scale`, rounded; 0 where there is no positive depth.

    A positive depth is at least 1 and at most 65535, so that neither a small nor a large one is
    taken for a missing one.

    Args:
        depth: float32 [H, W].
        unit: Its unit, one of `SCALES`.

    Returns:
        uint16 [H, W].

    Example:
        >>> encode(np.array([[0.0, 2.0]], np.float32), "metres").tolist()
        [[0, 512]]
    """
    there = np.isfinite(depth) & (depth > 0)
    steps = np.round(np.where(there, depth, 0.0) / np.float32(SCALES[unit]))
    return np.where(there, np.clip(steps, 1, _LARGEST), 0).astype(np.uint16)
