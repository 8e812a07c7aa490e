"""Counts the pixels of a split in one pass over its files, in threads."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from auxnet_keras.data.depth_counter import DepthCounter
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import DataError
from data_tools.progress import with_progress


class Counts:
    """Sums over the frames of one split that could be read.

    Args:
        classes: Number of classes, K.

    Attributes:
        frames: All frames, read or not.
        labels, depths: Label files and depth files that were read.
        pixels: int64 [K], pixels of each class.
        images: int64 [K], images in which the class occurs.
        image_pixels: int64 [K], all pixels of these images.
        label_pixels, depth_pixels: All pixels of the label and depth files, valid or not.
        depth: The depths, in the data set's own unit.
        unreadable: Files that cannot be read.
    """

    def __init__(self, classes: int) -> None:
        self.frames = self.labels = self.depths = 0
        self.pixels, self.images, self.image_pixels = np.zeros((3, classes), np.int64)
        self.label_pixels = self.depth_pixels = 0
        self.depth = DepthCounter()
        self.unreadable: list[str] = []

    def _add(self, found: "_Found") -> None:
        self.frames += 1
        self.unreadable += found.unreadable
        if found.pixels is not None:
            occurs = found.pixels > 0
            self.labels += 1
            self.pixels += found.pixels
            self.images += occurs
            self.image_pixels += occurs * found.label_pixels
            self.label_pixels += found.label_pixels
        if found.depth_pixels is not None:
            self.depths += 1
            self.depth_pixels += found.depth_pixels


class _Found(NamedTuple):
    """One frame's share of `Counts`, without its depths."""

    pixels: np.ndarray | None
    label_pixels: int
    depth_pixels: int | None
    unreadable: list[str]


def count_targets(
    source: Source, splits: Mapping[str, Sequence[Frame]], width: int | None = None
) -> dict[str, Counts]:
    """Reads the labels and depths of all frames once; images are not opened.

    "void" counts as unlabelled, as in training unless `ignore_void` is false.

    Args:
        source: The data set.
        splits: Name to frames.
        width: Image width that disparities are converted to; `None` keeps the files' own pixels.

    Returns:
        The counts of each split.
    """
    counts = {split: Counts(source.info.num_classes) for split in splits}

    def read_frame(place: tuple[str, Frame]) -> _Found:
        split, frame = place
        return _read_frame(source, frame, counts[split].depth, width)

    places = [(split, frame) for split, frames in splits.items() for frame in frames]
    for (split, _), found in with_progress("Counting", places, read_frame):
        counts[split]._add(found)
    for one in counts.values():
        one.unreadable.sort()  # frames are finished in any order
    return counts


def _read_frame(source: Source, frame: Frame, depths: DepthCounter, width: int | None) -> _Found:
    """Reads label and depth independently, so that a damaged one does not hide the other."""
    unreadable: list[str] = []
    ids = _read(frame.label, lambda path: source.label(frame, path), unreadable)
    depth = _read(frame.depth, lambda path: _depth(source, frame, path, width), unreadable)
    pixels = None
    if ids is not None:
        classes, ignored = source.info.num_classes, source.info.ignore_label
        pixels = np.bincount(ids.ravel(), minlength=max(classes, ignored + 1))
        pixels[ignored] = 0
        pixels = pixels[:classes].copy()  # a view would keep the whole array
    if depth is not None:
        depths.add(depth)
    return _Found(
        pixels,
        0 if ids is None else ids.size,
        None if depth is None else depth.size,
        unreadable,
    )


def _read(
    path: Path | None, read: Callable[[Path], np.ndarray], unreadable: list[str]
) -> np.ndarray | None:
    if path is None:
        return None
    try:
        return read(path)
    except DataError:
        unreadable.append(str(path))
        return None


def _depth(source: Source, frame: Frame, path: Path, width: int | None) -> np.ndarray:
    stored = source.stored_depth(frame, path)
    calibration = lambda: source.calibration(frame, stored.shape[1])  # noqa: E731
    depth = source.encoding.decode(stored, source.info.depth_unit, calibration)
    if width is not None and source.info.depth_unit == "disparity_px":
        depth[depth >= 0] *= np.float32(width / stored.shape[1])
    return depth
