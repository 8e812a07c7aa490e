"""The reported facts about one split of a data set, computed from its sums."""

from dataclasses import dataclass

import numpy as np

from auxnet_keras.data.depth_counter import quantiles
from auxnet_keras.data.frame import DatasetInfo
from data_tools.statistics.counts import Counts

PERCENT = (1, 5, 25, 50, 75, 95, 99)
"""The quantiles of depth that are reported, in per cent."""


@dataclass(frozen=True)
class SplitStatistics:
    """Facts about one split; files that could not be read are not included.

    Args:
        frames: All frames.
        with_label, with_depth: Frames whose label or depth was read.
        pixels: Class to number of pixels.
        images: Class to number of images in which it occurs.
        unlabelled: Share of label pixels without a class; `None` without labels.
        valid_depth: Share of depth pixels with a depth; `None` without depths.
        depth_quantiles: Per cent (`PERCENT`) to depth; empty without depths.
        depth_histogram: Pixels per bin; the edges are in `Statistics.histogram_edges`.
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
        """The class's share of the pixels with a class; 0 if there are none."""
        return self.pixels[name] / max(sum(self.pixels.values()), 1)


def split_statistics(
    info: DatasetInfo, counts: Counts, values: np.ndarray, pixels: np.ndarray, bars: np.ndarray
) -> SplitStatistics:
    """Computes the facts from the sums.

    Args:
        info: The data set's classes.
        counts: The split's sums.
        values, pixels: [N], its distinct depths, increasing, and the pixels of each.
        bars: [B], its depth histogram.
    """
    depth_quantiles = {}
    if len(values):
        found = quantiles(values, pixels, [percent / 100 for percent in PERCENT])
        depth_quantiles = dict(zip(map(str, PERCENT), found.tolist(), strict=True))
    labelled, deep = int(counts.pixels.sum()), int(pixels.sum())
    return SplitStatistics(
        frames=counts.frames,
        with_label=counts.labels,
        with_depth=counts.depths,
        pixels=dict(zip(info.class_names, counts.pixels.tolist(), strict=True)),
        images=dict(zip(info.class_names, counts.images.tolist(), strict=True)),
        unlabelled=1 - labelled / counts.label_pixels if counts.label_pixels else None,
        valid_depth=deep / counts.depth_pixels if counts.depth_pixels else None,
        depth_quantiles=depth_quantiles,
        depth_histogram=tuple(bars.tolist()),
    )
