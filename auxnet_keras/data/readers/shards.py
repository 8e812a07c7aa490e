"""Shards: any data set after `auxnet data convert --shards`, in a folder or in object storage."""

import hashlib
import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from auxnet_keras.data.files.image import decode_image
from auxnet_keras.data.files.stored_values import decode_values
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.frame_table import FrameTable
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.folds import in_folds
from auxnet_keras.data.remote import local_copies
from auxnet_keras.data.remote.place import LocalPlace, check_file, open_place
from auxnet_keras.data.shards.columns import Columns, read_columns
from auxnet_keras.data.shards.files import ShardFiles
from auxnet_keras.data.shards.index import read_index
from auxnet_keras.data.shards.layout import COLUMNS, INDEX, SPLITS, inside, shard_name
from auxnet_keras.data.shards.record import Record
from auxnet_keras.data.units import Calibration, NoCalibrationError
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import MAX_TABLE

logger = logging.getLogger("auxnet_keras")


class ShardsSource(Source):
    """Reads what `auxnet data convert KIND:ROOT --shards N --out DIR` wrote.

    Frames, splits, classes, units and calibrations are those of the data set that was converted,
    so the samples are the same to the bit, in the same order. The root may be an address, such as
    `s3://bucket/data`: then each shard is copied to this machine when first used.
    """

    searched_below = True
    reads_addresses = True

    def __init__(self, root: str | Path) -> None:
        # The base class names the kind in its errors, before the index is read.
        self.info = DatasetInfo("shards", (), np.zeros((0, 3), np.uint8), "", "", "")
        place = open_place(root)
        if isinstance(place, LocalPlace):
            super().__init__(root)
            place = LocalPlace(self.root)
            if not (self.root / INDEX).is_file():
                raise DataError(
                    f"No {INDEX} in {self.root}. Expected a folder that `auxnet data convert "
                    "KIND:ROOT --shards N --out DIR` has finished; give the same command again if "
                    "it was interrupted. Received: no such file."
                )
        self.root = place.root
        where = self.root / INDEX
        text = place.read(INDEX, MAX_TABLE).decode("utf-8", errors="replace")
        self._index = index = read_index(text, where)
        with place.held(COLUMNS, index.columns.size, index.columns.sha256) as columns:
            check_file(columns, self.root / COLUMNS, index.columns.sha256)
            self._columns = read_columns(columns, index.columns.frames)
        self._check_numbers()
        self._files = ShardFiles(place, index)
        if isinstance(place, LocalPlace):
            self._files.check_present()
        else:
            self._warn_if_many()
        self.info, self.encoding = index.info, index.encoding
        self.finite, self.resized = index.finite, index.resized
        self.label_place = self.depth_place = str(where)
        self._table = index.label_table

    def _check_numbers(self) -> None:
        listed = sum(shard.frames for shard in self._index.shards)
        if listed != self._index.columns.frames:
            raise DataError(
                f"{self.root / INDEX} contradicts itself. Expected {self._index.columns.frames:,} "
                f"frames in all shards; convert the data again. Received: {listed:,}."
            )

    def _warn_if_many(self) -> None:
        size, most = sum(shard.size for shard in self._index.shards), local_copies.most_bytes()
        if size > most:
            logger.warning(
                "%s: its shards take %.3g GB, and local copies may take %.3g GB: every pass copies "
                "shards again; allow more with %s",
                *(self.root, size / 1e9, most / 1e9, local_copies.SIZE),
            )

    @property
    def signature(self) -> str:
        return f"shards {self._index.description}"

    def declares(self, what: str) -> bool:
        return what in self._index.declares

    def discover(self) -> FrameTable:
        columns = self._columns
        content = {
            "frames": columns.name,
            "images": columns.image,
            "labels": columns.label,
            "depth": columns.depth,
            "others": _calibration_keys(columns),
        }
        return FrameTable(content, self._frame, self.root)

    @cached_property
    def _frames(self) -> FrameTable:  # in the order of their names already
        return self.discover()

    def _frame(self, row: int) -> Frame:
        columns = self._columns
        name, number = columns.name[row].decode(), self._files.shard_of(row)
        return Frame(
            name,
            inside(self.root, number, "images", name),
            inside(self.root, number, "labels", name) if columns.label[row] else None,
            inside(self.root, number, "depth", name) if columns.depth[row] else None,
            columns.sequences[columns.sequence[row]].decode(),
        )

    def divide(self, frames: Sequence[Frame]) -> tuple[FrameTable, FrameTable]:
        return self._of_split("train"), self._of_split("val")

    def held_out(self, frames: Sequence[Frame]) -> FrameTable:
        return self._of_split("test")

    def _of_split(self, split: str) -> FrameTable:
        return self._frames.take(np.flatnonzero(self._columns.split == SPLITS.index(split)))

    def _split(self, frames: Sequence[Frame]) -> tuple[FrameTable, FrameTable]:
        if self.fold is None:
            return self.divide(frames)
        columns, table = self._columns, self._frames
        rows = np.flatnonzero(columns.split != SPLITS.index("test")).tolist()
        groups = [group.decode() for group in columns.groups.tolist()]
        val = in_folds(rows, lambda row: groups[columns.group[row]])[self.fold]
        return table.take(np.setdiff1d(rows, val)), table.take(np.array(val, np.int64))

    def fold_group(self, frame: Frame) -> str:
        return self._columns.groups[self._columns.group[self._row(frame)]].decode()

    def _row(self, frame: Frame) -> int:
        return int(np.searchsorted(self._columns.name, frame.name.encode()))

    def _record(self, frame: Frame) -> Record:
        return self._files.record(self._row(frame), frame.name)

    def content_keys(self, frame: Frame) -> tuple[str | None, ...]:
        row, columns = self._row(frame), self._columns
        keys = (int(column[row]) for column in (columns.image, columns.label, columns.depth))
        return tuple(f"{key:016x}" if key else None for key in keys)

    def files(self, frame: Frame) -> list[Path]:
        return [self.root / shard_name(self._files.shard_of(self._row(frame)))]

    def damaged(self) -> dict[Path, DataError]:
        found = {}
        for number in range(len(self._index.shards)):
            try:
                self._files.check(number)
            except DataError as error:
                found[self.root / shard_name(number)] = error
        return found

    def label_table(self, frame: Frame) -> LabelTable:
        return self._table

    def image(self, frame: Frame) -> np.ndarray:
        return decode_image(self._record(frame).image, frame.image)

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        return decode_values(self._record(frame).label or b"", path, "label").values

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        return decode_values(self._record(frame).depth or b"", path, "depth").values

    def calibration(self, frame: Frame, width: int) -> Calibration:
        code = self._columns.calibration[self._row(frame)]
        if code < 0:
            raise NoCalibrationError(
                f"No calibration for {frame.image}: the data set that was converted has none. "
                "Expected one to convert between disparity and depth; keep the unit. "
                "Received: none."
            )
        return Calibration(*self._columns.calibrations[code].tolist())


def _calibration_keys(columns: Columns) -> np.ndarray:
    """uint64, a key of each frame's calibration; 0 for none."""
    keys = [
        int.from_bytes(hashlib.sha256(values.tobytes()).digest()[:8], "little") or 1
        for values in columns.calibrations
    ]
    return np.array([*keys, 0], np.uint64)[columns.calibration]
