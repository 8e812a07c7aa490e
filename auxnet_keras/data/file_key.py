"""Keys of files and images by their content, for a few small reads each, whatever their size."""

import functools
import hashlib
import itertools
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from auxnet_keras.data.example import Example
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.frame_table import FrameTable

if TYPE_CHECKING:
    from auxnet_keras.data.readers.base import Source

DIGITS = 16
"""Hexadecimal digits of a key."""

UNCOMPRESSED = (".bmp", ".npy", ".pfm", ".pgm", ".ppm", ".pnm", ".pbm", ".tif", ".tiff")
"""Endings of files whose size may stay the same when their content changes."""

_END = 4096
_MIDDLE = 16  # further places of files without compression
_SHARED = 1024  # files that hold several frames and are read once
_PART = 4096  # frames given to the readers at a time
_READERS = 16  # files read at a time: a network disk answers many as fast as one


def file_key(path: Path) -> str | None:
    """16 hex digits of the SHA-256 of a file's size, its first and its last 4096 bytes.

    Copies have the same key, whatever their names. A file of up to 8192 bytes, such as a
    calibration, counts in full; compressed images that differ only in between do not occur. Of
    files without compression, 16 more pieces of 4096 bytes count, evenly spaced.

    Returns:
        The key; `None` for what is not a readable regular file.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe may never return
            return None
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            parts = [file.read(_END)]
            for start in _places(path, size):
                file.seek(start)
                parts.append(file.read(_END))
    except OSError:
        return None
    return _digest(size, *parts)


def bytes_key(data: bytes) -> str:
    """The `file_key` of a compressed file with these bytes."""
    last = max(_END, len(data) - _END)
    return _digest(len(data), data[:_END], data[last : last + _END])


def _places(path: Path, size: int) -> list[int]:
    """Where a file is read after its beginning."""
    last = max(_END, size - _END)
    if path.suffix.lower() not in UNCOMPRESSED or last == _END:
        return [last]
    return sorted({_END + (last - _END) * k // (_MIDDLE + 1) for k in range(1, _MIDDLE + 2)})


def image_keys_of(source: "Source", frames: Sequence[Frame]) -> list[str | None]:
    """The `image_keys` of a reader's frames; of shards, the index has them."""
    if isinstance(frames, FrameTable):
        return [f"{key:0{DIGITS}x}" for key in frames.column("images").tolist()]
    return image_keys(Example(source, frame) for frame in frames)


def image_keys(examples: Iterable[Example]) -> list[str | None]:
    """The key of each example's image, which copied and renamed images share.

    An image inside a file that holds all frames, as in NYU-v2, has the key of that file and of the
    frame's name. An image that was encoded again, resized or edited has another key.

    Returns:
        Keys of 16 hex digits; `None` for an image that cannot be read.
    """
    key_of = functools.lru_cache(_SHARED)(file_key)
    found: list[str | None] = []
    left = iter(examples)
    with ThreadPoolExecutor(_READERS) as pool:
        while part := list(itertools.islice(left, _PART)):  # the pool would take all at once
            found += pool.map(lambda example: _image_key(example, key_of), part)
    return found


def _image_key(example: Example, key_of: Callable[[Path], str | None]) -> str | None:
    frame, known = example.frame, example.source.content_keys(example.frame)
    if known is not None:
        return known[0]
    files = example.source.files(frame)
    if frame.image in files:
        return key_of(frame.image)
    whole = [key_of(path) for path in files]
    return None if None in whole else _digest(frame.name, *whole)


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:DIGITS]
