"""Frames as columns: a million of them take a few bytes each, and no list of objects."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np

from auxnet_keras.data.frame import Frame

SORTS = {"image": "images", "label": "labels", "depth": "depth"}
"""A file of a frame -> the column of its content."""


class FrameTable(Sequence[Frame]):
    """A sequence that makes a `Frame` when it is asked for one.

    Args:
        content: Column to values, one for each row of the data set: "frames" has the names as
            bytes; "images", "labels" and "depth" have a key of each file's content, uint64, 0 if
            there is no file; "others" has whatever else decides the frame's sample.
        make: The frame of a row.
        folder: The folder that holds all its files.
        rows: int64, the rows in this sequence; `None` for all.
        hidden: Sorts of files, "label" or "depth", that these frames go without.
    """

    def __init__(
        self,
        content: Mapping[str, np.ndarray],
        make: Callable[[int], Frame],
        folder: Path,
        rows: np.ndarray | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self._content, self._make, self.folder, self._hidden = content, make, folder, hidden
        self.rows = np.arange(len(content["frames"])) if rows is None else rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> "FrameTable": ...
    def __getitem__(self, index: int | slice) -> "Frame | FrameTable":
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        frame = self._make(int(self.rows[index]))
        for what in self._hidden:
            frame = _without(frame, what)
        return frame

    def __iter__(self) -> Iterator[Frame]:
        return (self[index] for index in range(len(self)))

    def column(self, name: str) -> np.ndarray:
        """The values of a column, one per frame."""
        values = self._content[name][self.rows]
        return np.zeros_like(values) if name in map(SORTS.get, self._hidden) else values

    def take(self, positions: np.ndarray) -> "FrameTable":
        """Some of the frames, by their positions in this sequence."""
        return FrameTable(
            self._content, self._make, self.folder, self.rows[positions], self._hidden
        )

    def without(self, what: str) -> "FrameTable":
        """The frames without their labels, or without their depth."""
        hidden = self._hidden | {what}
        return FrameTable(self._content, self._make, self.folder, self.rows, hidden)


def has(frames: Sequence[Frame], what: str) -> np.ndarray:
    """Bool [frames]: which of them have a "label" or a "depth"."""
    if isinstance(frames, FrameTable):
        return frames.column(SORTS[what]) != 0
    return np.fromiter((getattr(frame, what) is not None for frame in frames), bool, len(frames))


def take(frames: Sequence[Frame], positions: Any) -> Sequence[Frame]:
    """Some frames, by their positions."""
    if isinstance(frames, FrameTable):
        return frames.take(np.asarray(positions, np.int64))
    return [frames[int(position)] for position in positions]


def without(frames: Sequence[Frame], what: str) -> Sequence[Frame]:
    """The frames without their labels, or without their depth."""
    if isinstance(frames, FrameTable):
        return frames.without(what)
    return [_without(frame, what) for frame in frames]


def folders_of(frames: Sequence[Frame]) -> set[Path]:
    """The folders that hold the frames' files."""
    if isinstance(frames, FrameTable):
        return {frames.folder}
    files = (path for frame in frames for path in (frame.image, frame.label, frame.depth))
    return {Path(folder) for folder in {str(path.parent) for path in files if path is not None}}


def _without(frame: Frame, what: str) -> Frame:
    if what == "label":
        return dataclasses.replace(frame, label=None)
    return dataclasses.replace(frame, depth=None)
