"""Converts any data set to shards: a few large files and an index; resumable."""

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.shards.layout import INDEX, SPLITS, array_record
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.safety import read_text
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.scratch import sweep
from auxnet_keras.storage.write_errors import writing
from data_tools.convert.conversion import RECORD
from data_tools.convert.shard_files import NOTES, Part, finished, write_shard
from data_tools.convert.shard_index import write_index
from data_tools.convert.shard_record import encoded
from data_tools.convert.shard_size import ShardSize, shard_size
from data_tools.folder_layout import check_names
from data_tools.opening import open_dataset
from data_tools.progress import in_order

VERSION = 1
"""Incremented when what is written changes."""


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
            write_index(source, frames, out, parts)
        for left in out.glob(NOTES):
            left.unlink()
    return out


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
            f"Received: {len(frames)} frames of {source.info.kind}, {source.place}."
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
) -> list[Part]:
    parts: list[Part] = []
    begin = 0
    while begin < len(frames) and (found := finished(source, frames, begin, out, len(parts))):
        parts.append(found)
        begin += found.frames
    left = in_order("Converting", frames[begin:], partial(encoded, source), done=begin)
    while begin < len(frames):
        part = write_shard(source, left, begin, len(frames), out, len(parts), size, module)
        parts.append(part)
        begin += part.frames
    return parts
