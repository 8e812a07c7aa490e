"""The folder with local copies of remote files: named by content, and of bounded size."""

import contextlib
import os
from pathlib import Path

import platformdirs
from filelock import Timeout

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.storage.lock import acquired

FOLDER, SIZE = "AUXNET_SHARD_CACHE", "AUXNET_SHARD_CACHE_GB"
"""Environment variables: where the copies are, and how many GB they may take."""

_GB = 10**9
_USUAL = 100.0


def folder() -> Path:
    """The folder; may not exist yet."""
    given = os.environ.get(FOLDER)
    if given:
        return Path(given).expanduser()
    return platformdirs.user_cache_path("auxnet_keras") / "shards"


def most_bytes() -> int:
    """The number of bytes that all copies together may take.

    Raises:
        ConfigError: The environment variable is not a number above 0.
    """
    given = os.environ.get(SIZE, str(_USUAL))
    with contextlib.suppress(ValueError, OverflowError):
        if 0 < float(given) < 1e9:
            return int(float(given) * _GB)
    raise ConfigError(
        f"The environment variable {SIZE} must be a number of GB above 0. Received: {given!r}."
    )


def make_room(needed: int) -> None:
    """Removes the copies that have not been used for longest, until a new one fits.

    A copy that another process has open stays readable for it after its removal. One that a
    process is about to open stays, for which the new one may take more than the rest.

    Raises:
        DataError: It would not even fit alone.
    """
    most = most_bytes()
    if needed > most:
        raise DataError(
            f"A file is larger than all copies in {folder()} may be. Expected at most "
            f"{most / _GB:g} GB; allow more with {SIZE}, or convert the data to smaller shards. "
            f"Received: {needed / _GB:.3g} GB."
        )
    found = []
    for path in folder().glob("*.copy"):
        with contextlib.suppress(OSError):
            state = path.stat()
            found.append((state.st_mtime_ns, state.st_size, path))
    taken = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if taken + needed <= most:
            return
        try:
            lock = acquired(lock_of(path), timeout=0)
        except Timeout:
            continue
        try:
            path.unlink(missing_ok=True)
        finally:
            lock.release()
        taken -= size


def copy_of(sha256: str) -> Path:
    """The place of the copy of a file."""
    return folder() / f"{sha256}.copy"


def lock_of(copy: Path) -> Path:
    """The file whose lock a process holds until the copy is whole and it has opened it."""
    return copy.with_suffix(".lock")


def touch(path: Path) -> None:
    """Notes that a copy is in use."""
    with contextlib.suppress(OSError):
        os.utime(path)
