"""Measures a data set before training: classes, depths, and how its splits differ."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.data import bins as depth_bins
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import DataError
from data_tools.opening import open_dataset
from data_tools.statistics import class_weights
from data_tools.statistics.counts import Counts, count_targets
from data_tools.statistics.depth_histogram import histogram, histogram_edges
from data_tools.statistics.drift import drift
from data_tools.statistics.findings import Findings
from data_tools.statistics.plots import draw
from data_tools.statistics.split_statistics import split_statistics
from data_tools.statistics.tables import findings_html

RULES = ("quantile", "log")
"""The rules for suggested depth bins, as named in `ak.data.depth_bins`."""


class Statistics(Findings):
    """The results of `statistics`; a notebook shows them as tables."""

    def figures(self, folder: str | Path) -> list[Path]:
        """Draws `classes.png` and `depth.png` into a folder, as far as there is data.

        Example:
            >>> found = statistics("kitti:/data/kitti2015")
            >>> [path.name for path in found.figures("figures")]
            ['classes.png', 'depth.png']
        """
        return draw(self, Path(folder))

    def _repr_html_(self) -> str:
        return findings_html(self)


def statistics(target: str, bins: int = 10, width: int | None = None) -> Statistics:
    """Counts the pixels of every class and every depth of a data set, in one pass over its files.

    It works at the files' own resolution and in bounded memory. Images are not opened, and nothing
    is changed. Files that cannot be read are skipped and listed; `verify` says what is wrong with
    them. "void" counts as unlabelled, as in training unless `ignore_void` is false.

    Args:
        target: `KIND:ROOT`, any kind that `ak.data.load` reads.
        bins: Depth bins to suggest, 2 or more.
        width: The width that images are resized to for training. Disparities are then reported in
            pixels of that width, as `ak.data.load` returns them, otherwise in pixels of the files.

    Raises:
        DataError: The folder does not exist or has no frames, or no label and no depth can be read.
        ConfigError: An unknown kind, no root, fewer than two bins, or an invalid width.

    Example:
        >>> found = statistics("kitti:/data/kitti2015")
        >>> weights = found.class_weights["median_frequency"]
        >>> loss = ak.losses.PixelCrossEntropy(class_weights=weights)
    """
    for rule in RULES:
        depth_bins.check_bins(bins, rule)
    if width is not None:
        check_whole("width", width, least=1)
    source = open_dataset(target)
    source.check_found()
    counts = count_targets(
        source, {split: source.frames(split) for split in ("train", "val")}, width
    )
    train, val = counts["train"], counts["val"]
    unreadable = (*train.unreadable, *val.unreadable)
    if not any(one.labels + one.depths for one in counts.values()):
        raise _nothing_to_count(target, source, unreadable)
    depths = {split: one.depth.values() for split, one in counts.items()}
    edges = histogram_edges(list(depths.values()))
    histograms = {split: histogram(*depths[split], edges) for split in counts}
    return Statistics(
        target=target,
        info=source.info,
        splits={
            split: split_statistics(source.info, one, *depths[split], histograms[split])
            for split, one in counts.items()
        },
        class_weights=_weights(train),
        depth_bins=_bins(*depths["train"], bins),
        width=width,
        histogram_edges=tuple(edges.tolist()),
        drift=drift(
            source.info.class_names,
            (train.pixels, val.pixels),
            (histograms["train"], histograms["val"]),
        ),
        unreadable=unreadable,
    )


def _nothing_to_count(target: str, source: Source, unreadable: Sequence[str]) -> DataError:
    if unreadable:
        return DataError(
            f"None of the labels and depths of {target} can be read; `auxnet data verify {target}` "
            f"says why. Received: {len(unreadable)} files that cannot be read, the first "
            f"{unreadable[0]}."
        )
    return DataError(
        f"Nothing to count in {target}: no frame has a label or a depth. Expected labels in "
        f"{source.label_place} or depth in {source.depth_place}; add them. Received: "
        f"{len(source.frames('all'))} frames with images only."
    )


def _weights(train: Counts) -> dict[str, tuple[float, ...]]:
    if not train.pixels.any():
        return {}
    balanced = class_weights.median_frequency(train.pixels, train.image_pixels)
    enet = class_weights.enet(train.pixels)
    return {"median_frequency": tuple(balanced.tolist()), "enet": tuple(enet.tolist())}


def _bins(values: np.ndarray, pixels: np.ndarray, number: int) -> dict[str, tuple[float, ...]]:
    found = {}
    for rule in RULES:
        with contextlib.suppress(DataError):  # fewer distinct depths than bins
            edges = depth_bins.counted_bins(values, pixels, number, rule)
            found[rule] = tuple(edges.tolist())
    return found
