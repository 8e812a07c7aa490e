"""One shard on the way to a data set of shards, with a note from which a conversion resumes."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.shards.layout import WRITING, shard_name
from auxnet_keras.errors import DataError
from auxnet_keras.safety.npz import read_npz
from auxnet_keras.storage.atomic import replacing
from auxnet_keras.storage.checksum import sha256
from auxnet_keras.storage.write_errors import writing
from data_tools.convert.shard_record import Encoded
from data_tools.convert.shard_size import ShardSize

NOTES = "part-*.npz"
"""What is known of each shard until the index is written."""


@dataclass(frozen=True)
class Part:
    """A shard that is written, as the columns see it."""

    frames: int
    size: int
    sha256: str
    keys: np.ndarray
    calibrations: np.ndarray


def write_shard(
    source: Source,
    left: Iterator[tuple[Frame, Encoded]],
    begin: int,
    total: int,
    out: Path,
    number: int,
    size: ShardSize,
    module: Any,
) -> Part:
    """Writes the next frames as a shard, and its note.

    Args:
        source: The data set.
        left: The frames that are not written yet, encoded; as many as fit are taken.
        begin: How many frames are written.
        total: How many frames there are.
        out: The folder.
        number: The shard's number, from 0.
        size: How large shards become.
        module: `array_record`'s module with the writer.
    """
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
        part = Part(
            len(rows),
            place.stat().st_size,
            sha256(place),
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


def finished(
    source: Source, frames: Sequence[Frame], begin: int, out: Path, number: int
) -> Part | None:
    """A shard that an interrupted call has written.

    Raises:
        DataError: Its source files have changed since.
    """
    note, shard = _note(out, number), out / shard_name(number)
    if not note.is_file() or not shard.is_file():
        return None
    try:
        content = read_npz(note)
        size, digest = int(content["size"]), str(content["sha256"])
        part = Part(len(content["keys"]), size, digest, content["keys"], content["calibrations"])
    except (DataError, LookupError, TypeError, ValueError):
        return None
    if shard.stat().st_size != size or sha256(shard) != digest:
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
