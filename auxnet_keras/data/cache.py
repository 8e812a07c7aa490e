"""Caches of decoded samples: in memory, or in a folder with one file per sample to share."""

import hashlib
import logging
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import imagecodecs
import numpy as np

from auxnet_keras.data.frame import Sample
from auxnet_keras.data.resize import Size
from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import reason, writing

logger = logging.getLogger("auxnet_keras")
_HEADER = struct.Struct("<8sIIII40x")  # magic, height, width, checksum, label bytes
_LABELS: dict[int, np.dtype] = {1: np.dtype("u1"), 4: np.dtype("<i4")}
_MAGIC = b"auxnet03"  # change it whenever decoding changes, so that old files are not read
_DIGEST = 16  # bytes of the names of files
_ALIGNED = 64  # TensorFlow copies arrays that do not start at a multiple of this many bytes


class Cache(Protocol):
    """Samples by index."""

    def get(self, index: int) -> Sample | None:
        """The sample, or None if it must be decoded."""

    def put(self, index: int, sample: Sample) -> None:
        """Keeps a decoded sample."""


class MemoryCache:
    """Samples in this process's memory: about 8 bytes per pixel."""

    def __init__(self) -> None:
        self._samples: dict[int, Sample] = {}

    def get(self, index: int) -> Sample | None:
        return self._samples.get(index)

    def put(self, index: int, sample: Sample) -> None:
        parts = (sample.image, sample.segmentation, sample.depth)
        self._samples[index] = Sample(*map(_aligned_copy, parts))


class FolderCache:
    """One file per sample, named by the digest of its source files and settings.

    A source file with another path, size, time of modification or time of change, or another
    setting, gives another name, so nothing stale is read; contents are not compared. The folder may
    be deleted at any time. Files appear complete (temporary name, then rename) and carry a
    checksum; a damaged sample, one of another user, or a pipe in its place is decoded again.

    Args:
        frames: The number of samples that it may hold.
        fingerprint: For an index, text that changes whenever the decoded sample could.
    """

    def __init__(
        self, folder: Path, size: Size, frames: int, fingerprint: Callable[[int], str]
    ) -> None:
        self.folder = folder
        self._size = size
        self._key = fingerprint
        self._writable = True
        self._digests = np.zeros((frames, _DIGEST), np.uint8)  # all 0 until they are known
        with writing(
            f"The cache folder {folder}",
            kept='cache="memory" needs no folder.',
            error=ConfigError,
        ):
            folder.mkdir(parents=True, exist_ok=True)

    def path(self, index: int) -> Path:
        """The sample's file; examines the source files only on the first call."""
        if not self._digests[index].any():
            digest = hashlib.sha256(self._key(index).encode()).digest()
            self._digests[index] = np.frombuffer(digest[:_DIGEST], np.uint8)
        return self.folder / f"{self._digests[index].tobytes().hex()}.sample"

    def get(self, index: int) -> Sample | None:
        most = _HEADER.size + (7 + max(_LABELS)) * self._size[0] * self._size[1]
        try:
            with open(self.path(index), "rb", buffering=0, opener=_without_waiting) as file:
                state = os.fstat(file.fileno())
                size = state.st_size if stat.S_ISREG(state.st_mode) else 0
                data = _aligned(size if size <= most else 0)
                whole = file.readinto(data.data) == size
        except OSError:
            return None
        return _unpack(data, self._size) if whole else None

    def put(self, index: int, sample: Sample) -> None:
        if not self._writable or _is_taken(self.path(index)):
            return
        try:
            write_file(self.path(index), _pack(sample), durable=False)
        except OSError as error:
            self._writable = False  # a full disk slows training down; it must not end it
            logger.warning(
                "%s: cannot write to the cache (%s); new samples are decoded every epoch",
                self.folder,
                reason(error),
            )


def _without_waiting(path: str, flags: int) -> int:
    """Opens a file; a pipe without a writer, too, would otherwise wait for one."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _is_taken(path: Path) -> bool:
    """Whether something other than a regular file has this name; it is left alone."""
    try:
        return not stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def open_cache(
    cache: str | Path | None, size: Size, frames: int, fingerprint: Callable[[int], str]
) -> Cache | None:
    """None, "memory", or a folder."""
    if cache is None:
        return None
    if cache == "memory":
        return MemoryCache()
    if not isinstance(cache, str | os.PathLike) or not str(cache):
        raise ConfigError(f'cache must be None, "memory" or a folder. Received: {cache!r}.')
    return FolderCache(Path(cache).expanduser(), size, frames, fingerprint)


def _pack(sample: Sample) -> bytes:
    parts = (sample.image, sample.segmentation, sample.depth.astype("<f4", copy=False))
    body = b"".join(part.tobytes() for part in parts)
    height, width = sample.segmentation.shape
    label = sample.segmentation.itemsize
    return _header(body, (height, width), label) + body


def _header(body: Any, size: Size, label: int) -> bytes:
    return _HEADER.pack(_MAGIC, *size, imagecodecs.deflate_crc32(body), label)


def _unpack(data: np.ndarray, size: Size) -> Sample | None:
    """The sample, or None unless the file is complete, undamaged and of this size.

    Args:
        data: uint8 [bytes], the file.
        size: (height, width) of the sample.
    """
    header, body = data[: _HEADER.size].tobytes(), data[_HEADER.size :]
    if len(header) < _HEADER.size:
        return None
    label = _HEADER.unpack(header)[-1]
    pixels = size[0] * size[1]
    if label not in _LABELS or len(body) != (7 + label) * pixels:
        return None
    if header != _header(body.data, size, label):
        return None
    image, segmentation, depth = np.split(body, [3 * pixels, (3 + label) * pixels])
    return Sample(
        image.reshape(*size, 3),
        segmentation.view(_LABELS[label]).reshape(size),
        depth.view("<f4").reshape(*size, 1),
    )


def _aligned(size: int) -> np.ndarray:
    """uint8 [size], uninitialized, aligned so that TensorFlow does not copy it."""
    room = np.empty(size + _ALIGNED, np.uint8)
    start = -room.ctypes.data % _ALIGNED
    return room[start : start + size]


def _aligned_copy(array: np.ndarray) -> np.ndarray:
    copy = _aligned(array.nbytes).view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy
