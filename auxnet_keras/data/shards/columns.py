"""The columns of a shard folder: what is known of a million frames, in a few bytes for each."""

import re
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from auxnet_keras.data.shards.layout import NO_SPLIT
from auxnet_keras.errors import DataError
from auxnet_keras.safety.npz import read_npz

_TYPES = {
    **{"name": "S", "image": "<u8", "label": "<u8", "depth": "<u8", "split": "u1"},
    **{"sequence": "<i4", "group": "<i4", "calibration": "<i4"},
    **{"sequences": "S", "groups": "S", "calibrations": "<f8"},
}
_TABLES = {"sequence": "sequences", "group": "groups", "calibration": "calibrations"}
# Control characters and backslashes, absolute paths, and parts that are "." or "..".
_NO_NAME = re.compile(rb"[\x01-\x1f\x7f\\]|\0/|[\0/]\.\.?[\0/]")


@dataclass(frozen=True, eq=False)
class Columns:
    """One value per frame, in the order of the records of all shards.

    Args:
        name: Names as UTF-8, increasing.
        image, label, depth: uint64, a key of each file's content; 0 if there is none.
        split: Numbers of `SPLITS`, or `NO_SPLIT`.
        sequence: The row of `sequences` with the drive a frame was taken from.
        group: The row of `groups` with what stays together in a cross-validation.
        calibration: The row of `calibrations`; -1 for none.
        sequences, groups: Their names as UTF-8.
        calibrations: float64 [rows, 2]: focal length in px and baseline in m.
    """

    name: np.ndarray
    image: np.ndarray
    label: np.ndarray
    depth: np.ndarray
    split: np.ndarray
    sequence: np.ndarray
    group: np.ndarray
    calibration: np.ndarray
    sequences: np.ndarray
    groups: np.ndarray
    calibrations: np.ndarray


def as_table(values: list) -> tuple[np.ndarray, np.ndarray]:
    """The different texts or pairs of a list, and the row of each value."""
    rows: dict = {}
    codes = [rows.setdefault(value, len(rows)) for value in values]
    return np.array(list(rows)), np.array(codes, np.int32)


def write_columns(path: Path, columns: Columns) -> None:
    """Writes the file; checks nothing."""
    np.savez(path, **{field.name: getattr(columns, field.name) for field in fields(columns)})


def read_columns(path: Path, count: int) -> Columns:
    """Reads and checks the file: what it holds may come from anywhere.

    Args:
        path: The file.
        count: The number of frames.

    Raises:
        DataError: It does not hold these columns.
    """
    arrays = read_npz(path)
    if set(arrays) != set(_TYPES):
        raise _wrong(path, f"the arrays {', '.join(_TYPES)}", ", ".join(arrays))
    for name, kind in _TYPES.items():
        array = arrays[name]
        shape = (count,) if name in _PER_FRAME else (len(array), *_WIDE.get(name, ()))
        same = array.dtype.kind == "S" if kind == "S" else array.dtype == np.dtype(kind)
        if not same or array.shape != shape:
            received = f"{array.dtype} {list(array.shape)}"
            raise _wrong(path, f"{name} of type {kind} and shape {list(shape)}", received)
    columns = Columns(**arrays)
    _check_values(path, columns)
    return columns


_WIDE = {"calibrations": (2,)}
_PER_FRAME = set(_TYPES) - set(_TABLES.values())


def _check_values(path: Path, columns: Columns) -> None:
    names = columns.name
    if not (names[1:] > names[:-1]).all():
        raise _wrong(path, "names in increasing order, each once", "names in another order")
    for texts in (names, columns.sequences, columns.groups):
        every = b"\0" + _terminated(texts)
        bad = _NO_NAME.search(every)
        if bad:
            raise _wrong(path, "relative names without special characters", repr(bad[0]))
        try:
            every.decode()
        except UnicodeDecodeError as error:
            raise _wrong(path, "names in UTF-8", str(error)) from error
    if not names.astype(bool).all() or not columns.image.all():
        raise _wrong(path, "a name and an image for each frame", "frames without")
    if (columns.split > NO_SPLIT).any():
        raise _wrong(path, f"splits up to {NO_SPLIT}", f"{columns.split.max()}")
    for codes, table in _TABLES.items():
        least = -1 if codes == "calibration" else 0
        found, rows = getattr(columns, codes), len(getattr(columns, table))
        if len(found) and not (least <= found.min() and found.max() < rows):
            received = f"rows {found.min()} to {found.max()}"
            raise _wrong(path, f"{codes} in the {rows} rows of {table}", received)
    if not (np.isfinite(columns.calibrations) & (columns.calibrations > 0)).all():
        raise _wrong(path, "positive focal lengths and baselines", "others")


def _terminated(texts: np.ndarray) -> bytes:
    """All texts, each with a zero byte after it."""
    return texts.astype(f"S{texts.dtype.itemsize + 1}").tobytes()


def _wrong(path: Path, expected: str, received: str) -> DataError:
    return DataError(
        f"Damaged columns of shards: {path}. Expected {expected}; copy the file or convert the "
        f"data again. Received: {received[:200]}.",
        "other_format",
    )
