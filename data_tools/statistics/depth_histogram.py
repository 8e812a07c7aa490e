"""Histograms of depth that suit metres and disparities: bins of equal ratio."""

from collections.abc import Sequence

import numpy as np

from auxnet_keras.data.depth_counter import quantiles

BINS = 48
TAILS = (0.001, 0.999)
"""Quantiles of the outer edges, so that outliers do not widen the bins."""


def histogram_edges(depths: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """The same edges for several splits, so that their histograms are comparable.

    Args:
        depths: For each split, the distinct depths [N], increasing, and their pixels [N].

    Returns:
        float64 [BINS + 1], increasing, in equal ratios, over the depths > 0 of all splits without
        their `TAILS`; [0] without depths.
    """
    if not any(len(values) for values, _ in depths):
        return np.zeros(0)
    ends = []
    for values, pixels in depths:
        positive = values > 0  # ratios to a depth of 0 are undefined
        if positive.any():
            ends.append(quantiles(values[positive], pixels[positive], TAILS))
    low, high = (np.min(ends), np.max(ends)) if ends else (1.0, 1.0)
    if low == high:
        low, high = low / 2, high * 2
    return np.geomspace(low, high, BINS + 1, dtype=np.float64)


def histogram(values: np.ndarray, pixels: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Pixels in each bin; depths outside the edges count in the outer bins.

    Args:
        values: [N], the distinct depths.
        pixels: int [N], their pixels.
        edges: [B + 1], as `histogram_edges` returns them, or [0].

    Returns:
        int64 [B], or [0].
    """
    if not len(edges):
        return np.zeros(0, np.int64)
    inside = np.clip(values.astype(np.float64), edges[0], edges[-1])
    return np.histogram(inside, edges, weights=pixels)[0]
