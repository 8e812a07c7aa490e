"""The folder with local copies of remote files, of bounded size.

Copies of single files, such as shards, are named by their content; those unused for longest make
room for new ones. Copies of whole folders are below `folders`; they stay until the user removes
them, because a reader may be in the middle of one and has only names of files.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import Timeout

from auxnet_keras.data.remote.folders.copied_files import copied_bytes
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.storage.lock import acquired

FOLDER, SIZE = "AUXNET_COPIES", "AUXNET_COPIES_GB"
"""Environment variables: where the copies are, and how many GB they may take."""

FOLDERS = "folders"
"""Where copies of folders are, below this folder."""

_GB = 10**9
_USUAL = 100.0


def folder() -> Path:
    """The folder; may not exist yet."""
    given = os.environ.get(FOLDER)
    if given:
        return Path(given).expanduser()
    return platformdirs.user_cache_path("auxnet_keras") / "copies"


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


def make_room(needed: int, what: str, remedy: str, own: Path | None = None) -> None:
    """Removes the copies of single files that are unused for longest, until a new copy fits.

    A copy that another process has open stays readable for it after its removal. One that a
    process is about to open stays, for which the new one may take more than the rest.

    Args:
        needed: Bytes.
        what: What is copied, for the error.
        remedy: What the user can do besides allowing more.
        own: The folder that the new copy replaces, if it is one.

    Raises:
        DataError: It would not even fit beside the copies of folders alone.
    """
    most = most_bytes()
    folders = {path: size for path, size in _copied_folders() if path != own}
    kept = sum(folders.values())
    if needed + kept > most:
        beside = f", beside {kept / _GB:.3g} GB in {folder() / FOLDERS}" if folders else ""
        remove = ", remove folders there that are not needed" if folders else ""
        raise DataError(
            f"{what} is larger than copies in {folder()} may be. Expected at most "
            f"{most / _GB:g} GB{beside}; allow more with {SIZE}{remove}, or {remedy}. "
            f"Received: {needed / _GB:.3g} GB."
        )
    found = []
    for path in folder().glob("*.copy"):
        with contextlib.suppress(OSError):
            state = path.stat()
            found.append((state.st_mtime_ns, state.st_size, path))
    taken = kept + sum(size for _, size, _ in found)
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


def _copied_folders() -> Iterator[tuple[Path, int]]:
    """The copies of folders, with the bytes that they take when they are whole."""
    for path in (folder() / FOLDERS).glob("*/"):
        yield path, copied_bytes(path)


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
