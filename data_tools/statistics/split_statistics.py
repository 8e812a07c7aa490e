"""What is told of one split of a data set, worked out from its sums."""

from dataclasses import dataclass

import numpy as np

from auxnet_keras.data.depth_counter import quantiles
from auxnet_keras.data.frame import DatasetInfo
from data_tools.statistics.counts import Counts

PERCENT = (1, 5, 25, 50, 75, 95, 99)
"""Of the depths, the quantiles that are told."""


@dataclass(frozen=True)
class SplitStatistics:
    """Facts about one split; what could not be read is not in them.

    Args:
        frames: All frames.
        with_label, with_depth: Frames whose label or depth was read.
        pixels: Class to its pixels.
        images: Class to the images in which it occurs.
        unlabelled: Share of the pixels of labels that have no class; `None` without labels.
        valid_depth: Share of the pixels of depth files that have a depth; `None` without.
        depth_quantiles: Per cent (`PERCENT`) to a depth; empty without depths.
        depth_histogram: Pixels in each bin, whose edges `Statistics.histogram_edges` has.
    """

    frames: int
    with_label: int
    with_depth: int
    pixels: dict[str, int]
    images: dict[str, int]
    unlabelled: float | None
    valid_depth: float | None
    depth_quantiles: dict[str, float]
    depth_histogram: tuple[int, ...]

    def share(self, name: str) -> float:
        """The class's share of the pixels that have a class; 0 where none has."""
        return self.pixels[name] / max(sum(self.pixels.values()), 1)


def split_statistics(
    info: DatasetInfo, counts: Counts, values: np.ndarray, pixels: np.ndarray, bars: np.ndarray
) -> SplitStatistics:
    """The facts, from sums.

    Args:
        info: The data set's classes.
        counts: The split's sums.
        values, pixels: [N], its different depths, increasing, and the pixels of each.
        bars: [B], its depth histogram.
    """
    told = {}
    if len(values):
        found = quantiles(values, pixels, [percent / 100 for percent in PERCENT])
        told = dict(zip(map(str, PERCENT), found.tolist(), strict=True))
    labelled, deep = int(counts.pixels.sum()), int(pixels.sum())
    return SplitStatistics(
        frames=counts.frames,
        with_label=counts.labels,
        with_depth=counts.depths,
        pixels=dict(zip(info.class_names, counts.pixels.tolist(), strict=True)),
        images=dict(zip(info.class_names, counts.images.tolist(), strict=True)),
        unlabelled=1 - labelled / counts.label_pixels if counts.label_pixels else None,
        valid_depth=deep / counts.depth_pixels if counts.depth_pixels else None,
        depth_quantiles=told,
        depth_histogram=tuple(bars.tolist()),
    )
