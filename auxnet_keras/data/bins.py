"""Edges of depth bins, measured on the depth targets of a data set."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.data.depth_counter import DepthCounter
from auxnet_keras.errors import ConfigError, DataError, unknown

RULES = ("log", "quantile", "uniform")


def depth_bins(dataset: Iterable, count: int, rule: str = "quantile") -> np.ndarray:
    """Edges that divide the depths of a data set into `count` bins.

        "quantile"  bins with equally many pixels (as nearly as equal depths allow)
        "uniform"   bins of equal width between the smallest and the largest depth
        "log"       bins of equal ratio between the smallest depth > 0 and the largest

    One pass in bounded memory (32 MiB, whatever the data): depths are counted by their leading
    bits, so quantiles are exact to 1 in 16384. The data set does not count the pass as an epoch.
    Where several processes share a data set, each measures all of it.

    Args:
        dataset: Finitely many batches (image, {"depth": [B, H, W, 1], ...}), as from `ak.data.load`
            and `ak.data.arrays`. Pixels without depth do not count.
        count: Number of bins, 2 or more.
        rule: One of the above.

    Returns:
        float32 [count - 1], increasing, in the unit of the data set: the edges between the bins;
        depths below the first and above the last belong to the outer bins.

    Raises:
        ConfigError: A count below 2, an unknown rule, an infinite data set.
        DataError: No depth targets, or fewer distinct depths than bins.

    Example:
        >>> edges = ak.data.depth_bins(train, 10)
        >>> weighting = ak.weighting.ClassWiseWeighting(depth_bins=edges)
    """
    check_bins(count, rule)
    counter = DepthCounter()
    for depth in _depths(dataset):
        counter.add(depth)
    return counted_bins(*counter.values(), count, rule)


def check_bins(count: int, rule: str) -> None:
    """Refuses invalid bins before a pass over the data.

    Raises:
        ConfigError: A count below 2, or an unknown rule.
    """
    check_whole("count", count, least=2)
    if rule not in RULES:
        raise unknown("rule for depth bins", rule, RULES)


def counted_bins(values: np.ndarray, pixels: np.ndarray, count: int, rule: str) -> np.ndarray:
    """The edges of `depth_bins` for depths that are already counted.

    Args:
        values: float32 [N], the distinct depths, increasing, as from `DepthCounter.values`.
        pixels: int [N], their pixels.
        count: Number of bins, 2 or more.
        rule: One of `RULES`.

    Returns:
        float32 [count - 1], increasing.

    Raises:
        DataError: Fewer distinct depths than bins.
    """
    if rule == "log":
        values, pixels = values[values > 0], pixels[values > 0]
    if len(values) < count:
        raise DataError(
            f"{count} bins need at least {count} distinct depths. Use fewer bins, or measure more "
            f"frames. Received: {len(values)} distinct depths in {pixels.sum()} pixels."
        )
    if rule == "quantile":
        edges = _quantiles(values, pixels, count)
    else:
        space = np.linspace if rule == "uniform" else np.geomspace
        edges = space(values[0], values[-1], count + 1, dtype=np.float64)[1:-1]
    return edges.astype(np.float32)


def _quantiles(values: np.ndarray, pixels: np.ndarray, count: int) -> np.ndarray:
    """Every edge is a depth that occurs, the first one of its bin."""
    below = np.concatenate([[0], np.cumsum(pixels)[:-1]])
    wanted = below[-1] + pixels[-1]
    number = np.arange(1, count)
    first = np.searchsorted(below, number * wanted / count)
    # No bin is empty, even if one depth has more pixels than a bin should.
    first = np.maximum.accumulate(np.maximum(first, 1) - number) + number
    return values[np.minimum(first, len(values) - count + number)]


def _depths(dataset: Any) -> Iterator[np.ndarray]:
    """The depth targets; afterwards the data set's epoch is what it was before."""
    cardinality = getattr(dataset, "cardinality", None)
    if cardinality is not None and int(cardinality()) == -1:
        raise ConfigError(
            "Depth bins are measured on a finite data set; pass it without repeat(), or pass "
            "dataset.take(100). Received: a data set of infinite cardinality."
        )
    if hasattr(dataset, "of_all_processes"):
        dataset = dataset.of_all_processes()
    epoch: Any = getattr(dataset, "epoch", None)
    before = int(epoch) if hasattr(epoch, "assign") else None
    try:
        for batch in dataset:
            targets = batch[1] if isinstance(batch, tuple | list) and len(batch) > 1 else None
            if not isinstance(targets, dict) or "depth" not in targets:
                raise DataError(
                    "Depth bins are measured on batches (image, {'depth': ...}), such as those of "
                    f"ak.data.load. Received: {type(targets).__name__} as targets."
                )
            yield np.asarray(targets["depth"], np.float32).ravel()
    finally:
        if before is not None:
            epoch.assign(before)
