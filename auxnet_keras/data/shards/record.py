"""A frame as one record of a shard: its name and its encoded files, one after another.

A record is a header of 24 bytes (the letters `AUXF`, then five little-endian uint32: the version,
and the bytes of the name, the image, the label and the depth) and then these four. The name is
UTF-8, the image a PNG or JPEG, the label a PNG of train ids, the depth a PNG or a NumPy file of the
data set's own numbers. A label or a depth of 0 bytes is missing.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from auxnet_keras.errors import DataError

_HEADER = struct.Struct("<4s5I")
_MAGIC = b"AUXF"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Record:
    """A frame's encoded files; `label` and `depth` are None if it has none."""

    name: str
    image: bytes
    label: bytes | None
    depth: bytes | None


def pack(record: Record) -> bytes:
    """The bytes of a record."""
    parts = (record.name.encode(), record.image, record.label or b"", record.depth or b"")
    return b"".join([_HEADER.pack(_MAGIC, _VERSION, *map(len, parts)), *parts])


def unpack(data: bytes, place: str | Path = "a record") -> Record:
    """The files in a record.

    Args:
        data: The record.
        place: Where it is from, for the error message.

    Raises:
        DataError: It is not a record of this version.

    Example:
        >>> from grain.sources import ArrayRecordDataSource  # doctest: +SKIP
        >>> unpack(ArrayRecordDataSource("frames-00000.array_record")[0]).name  # doctest: +SKIP
        '000000_10'
    """
    header = data[: _HEADER.size]
    fields = _HEADER.unpack(header) if len(header) == _HEADER.size else (b"", 0)
    if fields[:2] != (_MAGIC, _VERSION) or _HEADER.size + sum(fields[2:]) != len(data):
        raise DataError(
            f"Not a frame of a shard: {place}. Expected a record that `auxnet data convert "
            f"--shards` wrote; convert the data again. Received: {len(data):,} bytes that start "
            f"with {header[:8]!r}.",
            "other_format",
        )
    parts, start = [], _HEADER.size
    for length in fields[2:]:
        parts.append(data[start : start + length])
        start += length
    name, image, label, depth = parts
    return Record(name.decode("utf-8", "replace"), image, label or None, depth or None)
