"""What a data set looks like before training on it: classes, depths, and how its splits differ."""

import contextlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.data import bins as depth_bins
from auxnet_keras.data.frame import DatasetInfo
from auxnet_keras.data.reader import Source
from auxnet_keras.errors import ConfigError, DataError
from data_tools.counting import class_weights
from data_tools.counting.counts import Counts, count
from data_tools.counting.depth_histogram import histogram, histogram_edges
from data_tools.counting.drift import Drift, drift
from data_tools.counting.split_statistics import SplitStatistics, split_statistics
from data_tools.opening import opened

RULES = ("quantile", "log")
"""How depth bins are suggested, as `ak.data.depth_bins` knows them."""


@dataclass(frozen=True)
class Statistics:
    """What `statistics` found; a notebook shows it as tables.

    Weights and bins are measured on the training split alone: what is chosen by a look at the
    validation data makes its scores better than they are.

    Args:
        target: What was looked at.
        info: The data set's classes, colours and depth unit.
        splits: "train" and "val".
        class_weights: "median_frequency" and "enet" to a weight for each class, in the order that
            `losses.PixelCrossEntropy(class_weights=...)` takes; empty without a label.
        depth_bins: "quantile" and "log" to edges for `weighting.ClassWiseWeighting(depth_bins=...)`
            in `info.depth_unit`; without a rule for which there are too few depths.
        width: That disparities are in pixels of; `None` is the files' own.
        histogram_edges: Of the depth histograms, one more than bins, in equal ratios; what lies
            outside belongs to the outer bins. Empty without depths.
        drift: How training and validation differ.
        unreadable: Files that could not be read.
    """

    target: str
    info: DatasetInfo = field(repr=False)
    splits: dict[str, SplitStatistics]
    class_weights: dict[str, tuple[float, ...]]
    depth_bins: dict[str, tuple[float, ...]]
    width: int | None
    histogram_edges: tuple[float, ...] = field(repr=False)
    drift: Drift
    unreadable: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All of it, for a file; what is not known is null."""
        content = {name: value for name, value in vars(self).items() if name != "info"}
        return {
            **content,
            "classes": self.info.class_names,
            "depth_unit": self.info.depth_unit,
            "splits": {split: asdict(one) for split, one in self.splits.items()},
            "drift": asdict(self.drift),
        }

    def figures(self, folder: str | Path) -> list[Path]:
        """Draws `classes.png` and `depth.png`, what there is, into a folder; returns their paths.

        Example:
            >>> for path in found.figures("figures"):
            ...     display(Image(path))
        """
        from data_tools.counting.pictures import draw

        return draw(self, Path(folder))

    def _repr_html_(self) -> str:
        from data_tools.counting.tables import html

        return html(self)


def statistics(target: str, bins: int = 10, width: int | None = None) -> Statistics:
    """Counts the pixels of every class and every depth of a data set, in one pass over its files.

    At the files' own resolution and in bounded memory. Images are not opened, and nothing is
    changed. Files that cannot be read are left out and named; `verify` says what is wrong with
    them. "void" counts as unlabelled, as it does in training unless that is asked to learn it.

    Args:
        target: `KIND:ROOT`, any kind that `ak.data.load` reads.
        bins: Depth bins to suggest, 2 or more.
        width: What images are resized to for training; disparities, which `ak.data.load` gives in
            pixels of that width, are then told in them, and otherwise in pixels of the files.

    Raises:
        DataError: No such folder, no frame in it, or no label and no depth that can be read.
        ConfigError: An unknown kind, no root, fewer than two bins, or no such width.

    Example:
        >>> found = statistics("kitti:/data/kitti2015")
        >>> weights = found.class_weights["median_frequency"]
        >>> loss = ak.losses.PixelCrossEntropy(class_weights=weights)
    """
    for rule in RULES:
        depth_bins.check(bins, rule)
    if width is not None and width < 1:
        raise ConfigError(f"A width is 1 or more pixels. Received: {width}.")
    source = opened(target)
    counts = count(source, {split: source.frames(split) for split in ("train", "val")}, width)
    train, val = counts["train"], counts["val"]
    unreadable = (*train.unreadable, *val.unreadable)
    if not any(one.labels + one.depths for one in counts.values()):
        raise _nothing(target, source, unreadable)
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


def _nothing(target: str, source: Source, unreadable: Sequence[str]) -> DataError:
    if unreadable:
        return DataError(
            f"No label and no depth of {target} can be read; `auxnet data verify {target}` says "
            f"why. Received: {len(unreadable)} files that cannot be read, the first "
            f"{unreadable[0]}."
        )
    return DataError(
        f"There is nothing to count in {target}: no frame has a label or a depth. Expected labels "
        f"in {source.label_place} or depth in {source.depth_place}; add them. Received: "
        f"{len(source.frames('all'))} frames of images alone."
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
        with contextlib.suppress(DataError):  # fewer different depths than bins
            edges = depth_bins.counted_bins(values, pixels, number, rule)
            found[rule] = tuple(edges.tolist())
    return found
