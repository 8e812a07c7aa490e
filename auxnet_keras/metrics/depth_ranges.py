"""Near, middle and far: the range of depth that a pixel is in."""

import numpy as np

RANGES = ("near", "middle", "far")


def range_edges(farthest: float) -> tuple[float, float, float]:
    """The far ends of near, middle and far, in metres: a quarter, a half, all of what is scored.

    20, 40 and 80 m for driving data, 2.5, 5 and 10 m indoors.

    Args:
        farthest: `DatasetInfo.scored_metres`.
    """
    return farthest / 4, farthest / 2, farthest


def metric_ranges(metres: np.ndarray, edges: tuple[float, float, float]) -> np.ndarray:
    """0 (near), 1 (middle), 2 (far) for `0 < depth <= edge`; -1 beyond and without depth.

    Args:
        metres: True depth [H, W]; not positive or not finite means no depth.
        edges: As from `range_edges`.

    Returns:
        int8 [H, W].
    """
    valid = np.isfinite(metres) & (metres > 0) & (metres <= edges[-1])
    found = np.searchsorted(edges, np.where(valid, metres, 0.0), side="left")
    return np.where(valid, found, -1).astype(np.int8)


def third_ranges(depth: np.ndarray, *, far_is_large: bool) -> np.ndarray:
    """0, 1, 2 for the nearest, the middle and the farthest third of an image's valid pixels.

    For depth without a scale in metres. Pixels at the value of a border are in the nearer third.

    Args:
        depth: True depth [H, W]; negative or not finite means no depth.
        far_is_large: Whether a larger value is farther away; not so for disparity.

    Returns:
        int8 [H, W]; -1 without depth.
    """
    valid = np.isfinite(depth) & (depth >= 0)
    if not valid.any():
        return np.full(depth.shape, -1, np.int8)
    distance = np.where(valid, depth, 0.0).astype(np.float64) * (1 if far_is_large else -1)
    edges = np.quantile(distance[valid], (1 / 3, 2 / 3))
    return np.where(valid, np.searchsorted(edges, distance, side="left"), -1).astype(np.int8)
