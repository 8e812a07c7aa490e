"""Reads a file of a data set, which may be a local copy that other processes remove."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from auxnet_keras.data.remote.place import Place

Content = TypeVar("Content")

_TRIES = 5


def read_file(
    place: Place, name: str, size: int, sha256: str, read: Callable[[Path], Content]
) -> Content:
    """What `read` returns for a file.

    A process that makes room for a copy may remove this one before it is open; then it is copied
    again. Once it is open, it stays readable.

    Args:
        place: Where the file is.
        name: Its name there.
        size: Its size in bytes.
        sha256: 64 hex digits.
        read: Opens the file.

    Raises:
        ConfigError, DataError: As `place.file` and `read`.
    """
    for _ in range(_TRIES - 1):
        path = place.file(name, size, sha256)
        try:
            return read(path)
        except Exception:
            if path.exists():
                raise
    return read(place.file(name, size, sha256))
