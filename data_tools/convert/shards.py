"""Converts any data set to shards: a few large files and an index; resumable."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.shards.columns import Columns, as_table, read_columns, write_columns
from auxnet_keras.data.shards.index import FileFacts, Index
from auxnet_keras.data.shards.layout import (
    COLUMNS,
    INDEX,
    NO_SPLIT,
    SPLITS,
    WRITING,
    array_record,
    shard_name,
)
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.safety import read_text
from auxnet_keras.safety.npz import read_npz
from auxnet_keras.storage.atomic import replacing, write_file
from auxnet_keras.storage.scratch import sweep
from auxnet_keras.storage.write_errors import writing
from data_tools.convert.conversion import RECORD
from data_tools.convert.shard_record import Encoded, encoded
from data_tools.convert.shard_size import ShardSize, shard_size
from data_tools.folder_layout import check_names
from data_tools.opening import open_dataset
from data_tools.progress import in_order

VERSION = 1
"""Incremented when what is written changes."""

_CHUNK = 1 << 20


def convert_to_shards(target: str, out: str | Path, shards: str) -> Path:
    """Writes a data set as the kind `shards`: ArrayRecord files with whole frames, and an index.

    PNG and JPEG images are kept byte for byte, others become PNGs. Labels are train ids. Depth
    keeps the data set's own numbers. The index has the names, splits, classes, units and
    calibrations, and a checksum of every file. `shards.json` is written last, so that a partial
    data set is never read as complete; until then the same call resumes after the last whole shard.

    Args:
        target: `KIND:ROOT`, any kind that `ak.data.load` reads.
        out: A new or empty folder, or the folder of an earlier identical call.
        shards: The number of shards, as "8", or the size of each, as "256MB".

    Returns:
        The folder.

    Raises:
        DataError: A frame cannot be read, the folder contains something else or was converted from
            other data, or it cannot be written.
        ConfigError: An unknown kind, no root, `out` inside the data set, a number that is none, or
            `array_record` is not installed.

    Example:
        >>> convert_to_shards("kitti:/data/kitti2015", "kitti-shards", "8")  # doctest: +SKIP
        >>> ak.data.load("shards", "kitti-shards")  # doctest: +SKIP
    """
    size, module = shard_size(shards), array_record()
    source, out = open_dataset(target), Path(out).expanduser()
    if out.resolve().is_relative_to(source.root.resolve()):
        raise ConfigError(
            "Shards cannot be written inside the data set itself, where its reader would find "
            f"them; choose another folder. Received: {str(out)!r}."
        )
    source.check_found()
    frames = source.frames("all")
    check_names(frames)
    with writing(f"Shards in {out}"):
        sweep(out)
        _claim(out, source, frames, shards)
        if not (out / INDEX).is_file():
            parts = _write_shards(source, frames, out, size, module)
            _write_index(source, frames, out, parts)
        for left in out.glob("part-*.npz"):
            left.unlink()
    return out


@dataclass(frozen=True)
class _Part:
    """A shard that is written, as the columns see it."""

    frames: int
    size: int
    sha256: str
    keys: np.ndarray
    calibrations: np.ndarray


def _claim(out: Path, source: Source, frames: Sequence[Frame], shards: str) -> None:
    """Claims `out` for this conversion, or refuses because it holds something else."""
    splits = [[frame.name for frame in source.frames(split)] for split in SPLITS]
    facts = [source.signature, source.encoding, [frame.name for frame in frames], splits]
    record = {
        "kind": source.info.kind,
        "version": VERSION,
        "shards": shards,
        "sha256": hashlib.sha256(repr(facts).encode()).hexdigest(),
    }
    note = out / RECORD
    if note.is_file():
        if _read_json(note) == record:
            return
        raise DataError(
            f"{out} was converted from other data or frames, into other shards, or by another "
            "version. Files of both are never mixed; choose another folder or remove this one. "
            f"Received: {len(frames)} frames of {source.info.kind}, {source.root}."
        )
    if out.is_dir() and any(out.iterdir()):
        raise DataError(
            f"{out} is not empty and was not written by a conversion; nothing was changed. Choose "
            f"a new or empty folder. Received: {contents(out)}."
        )
    write_file(note, json.dumps(record, indent=1) + "\n")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError):
        return None


def _write_shards(
    source: Source, frames: Sequence[Frame], out: Path, size: ShardSize, module: Any
) -> list[_Part]:
    parts: list[_Part] = []
    begin = 0
    while begin < len(frames) and (found := _finished(source, frames, begin, out, len(parts))):
        parts.append(found)
        begin += found.frames
    left = in_order("Converting", frames[begin:], partial(encoded, source), done=begin)
    while begin < len(frames):
        part = _write_shard(source, left, begin, len(frames), out, len(parts), size, module)
        parts.append(part)
        begin += part.frames
    return parts


def _write_shard(
    source: Source,
    left: Iterator[tuple[Frame, Encoded]],
    begin: int,
    total: int,
    out: Path,
    number: int,
    size: ShardSize,
    module: Any,
) -> _Part:
    written, rows, state = 0, [], hashlib.sha256()
    shard = out / shard_name(number)
    with replacing(shard) as place:
        with _writer(module, place, shard) as writer:
            for frame, row in left:
                writer.write(row.record)
                state.update(_state(source, frame))
                written += len(row.record)
                rows.append((row.keys, row.calibration or (0.0, 0.0)))
                if size.is_full(number, begin + len(rows), written, total):
                    break
        part = _Part(
            len(rows),
            place.stat().st_size,
            sha256_of(place),
            np.array([keys for keys, _ in rows], np.uint64),
            np.array([pair for _, pair in rows], np.float64),
        )
    with replacing(_note(out, number)) as place:
        np.savez(
            place,
            keys=part.keys,
            calibrations=part.calibrations,
            size=np.array(part.size),
            sha256=np.array(part.sha256),
            state=np.array(state.hexdigest()),
        )
    return part


@contextlib.contextmanager
def _writer(module: Any, place: Path, shard: Path) -> Iterator[Any]:
    """Closes the writer, which is when it reports a full disk."""
    writer = module.ArrayRecordWriter(str(place), WRITING)
    try:
        yield writer
    finally:
        with writing(shard, others=(RuntimeError,)):
            writer.close()


def _finished(
    source: Source, frames: Sequence[Frame], begin: int, out: Path, number: int
) -> _Part | None:
    """A shard that an interrupted call has written.

    Raises:
        DataError: Its source files have changed since.
    """
    note, shard = _note(out, number), out / shard_name(number)
    if not note.is_file() or not shard.is_file():
        return None
    try:
        content = read_npz(note)
        size, sha256 = int(content["size"]), str(content["sha256"])
        part = _Part(len(content["keys"]), size, sha256, content["keys"], content["calibrations"])
    except (DataError, LookupError, TypeError, ValueError):
        return None
    if shard.stat().st_size != size or sha256_of(shard) != sha256:
        return None
    state = hashlib.sha256()
    for frame in frames[begin : begin + part.frames]:
        state.update(_state(source, frame))
    if str(content["state"]) != state.hexdigest():
        raise DataError(
            "Source files have changed since they were converted; nothing was overwritten. Remove "
            f"{shard} to convert its frames again. Received: other files of "
            f"{frames[begin].name!r} or the {part.frames - 1} frames after it."
        )
    return part


def _write_index(
    source: Source, frames: Sequence[Frame], out: Path, parts: Sequence[_Part]
) -> None:
    keys = np.concatenate([part.keys for part in parts])
    pairs = np.concatenate([part.calibrations for part in parts])
    calibrations, rows = as_table([tuple(pair) for pair in pairs.tolist()])
    sequences, sequence = as_table([frame.sequence.encode() for frame in frames])
    groups, group = as_table([source.fold_group(frame).encode() for frame in frames])
    known = calibrations.any(axis=1)  # 0 and 0 stand for none
    columns = Columns(
        name=np.array([frame.name.encode() for frame in frames]),
        image=keys[:, 0],
        label=keys[:, 1],
        depth=keys[:, 2],
        split=_splits(source, frames),
        sequence=sequence,
        group=group,
        calibration=np.where(known, np.cumsum(known) - 1, -1)[rows].astype(np.int32),
        sequences=sequences,
        groups=groups,
        calibrations=calibrations[known],
    )
    with replacing(out / COLUMNS) as place:
        write_columns(place, columns)
        read_columns(place, len(frames))  # nothing is left that no reader would take
        about = FileFacts(len(frames), place.stat().st_size, sha256_of(place))
    index = Index(
        info=source.info,
        encoding=source.encoding,
        declares=frozenset(what for what in ("label", "depth") if source.declares(what)),
        resized=source.resized,
        finite=source.finite,
        columns=about,
        shards=tuple(FileFacts(part.frames, part.size, part.sha256) for part in parts),
    )
    write_file(out / INDEX, json.dumps(index.to_json()) + "\n")


def _splits(source: Source, frames: Sequence[Frame]) -> np.ndarray:
    number_of = {
        frame.name: number for number, split in enumerate(SPLITS) for frame in source.frames(split)
    }
    return np.array([number_of.get(frame.name, NO_SPLIT) for frame in frames], np.uint8)


def _note(out: Path, number: int) -> Path:
    """What is known of a shard until the index is written."""
    return out / f"part-{number:05d}.npz"


def _state(source: Source, frame: Frame) -> bytes:
    """A value that changes with the frame's files."""
    known = source.content_keys(frame)
    if known is not None:
        return repr(known).encode()
    facts: list[Any] = [frame.name]
    for path in source.files(frame):
        try:
            state = path.stat()
            facts.append((state.st_size, state.st_mtime_ns))
        except OSError:
            facts.append(None)
    return repr(facts).encode()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
