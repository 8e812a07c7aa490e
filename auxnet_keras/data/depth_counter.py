"""Counts how often every depth occurs, in bounded memory whatever the data."""

import threading
from collections.abc import Sequence

import numpy as np

_DROPPED_BITS = 9  # of float32's 23 bits of mantissa: values closer than 1 in 16384 count as one


class DepthCounter:
    """Counts depths by their leading bits, in 32 MiB (and up to as much in each thread of `add`).

    Threads may add to the same counter: sums do not depend on their order.

    Example:
        >>> counter = DepthCounter()
        >>> counter.add(np.array([2.0, 4.0, 4.0, -1.0], np.float32))
        >>> counter.values()
        (array([2., 4.], dtype=float32), array([1, 2]))
    """

    def __init__(self) -> None:
        self._counts = np.zeros(1 << (32 - 1 - _DROPPED_BITS), np.int64)
        self._smallest, self._largest = np.inf, -np.inf
        self._lock = threading.Lock()

    def add(self, depth: np.ndarray) -> None:
        """Counts the pixels with a depth that is finite and not negative.

        Args:
            depth: float32 of any shape, in any unit.
        """
        valid = depth[np.isfinite(depth) & (depth >= 0)]
        if not valid.size:
            return
        # The bits of floats >= 0 sort as the floats do (+ 0 turns -0 into 0).
        cells = (valid + 0).view(np.uint32) >> _DROPPED_BITS
        first = int(cells.min())
        pixels = np.bincount(cells - np.uint32(first))
        with self._lock:
            self._counts[first : first + len(pixels)] += pixels
            self._smallest = min(self._smallest, valid.min())
            self._largest = max(self._largest, valid.max())

    def values(self) -> tuple[np.ndarray, np.ndarray]:
        """The counts so far.

        Returns:
            float32 [N], the distinct depths, increasing, exact to 1 in 16384, the first and the
            last exact; int64 [N], their pixels.
        """
        occupied = np.flatnonzero(self._counts)
        values = (occupied.astype(np.uint32) << _DROPPED_BITS).view(np.float32)
        if len(values):
            values[0], values[-1] = self._smallest, self._largest
        return values, self._counts[occupied]


def quantiles(values: np.ndarray, pixels: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """For each share, the smallest depth that this share of the pixels does not exceed.

    Args:
        values: [N], increasing, one or more, as from `DepthCounter.values`.
        pixels: [N], their pixels, positive.
        shares: 0..1, each.

    Returns:
        One of the values for each share.
    """
    upto = np.cumsum(pixels)
    return values[np.searchsorted(upto, np.asarray(shares) * upto[-1])]
