"""A temporary folder next to a target, owned by one writer for as long as it lives."""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

NAME = re.compile(r"\.tmp-[0-9a-f]{16}")
"""The names of such folders; the next one cannot be guessed."""

AWAY = "away"
"""Inside it: the old version of a target while the new one replaces it."""

_LOCK = ".lock"


@contextlib.contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Yields a new folder in `parent`, which is created, and removes it when the block ends.

    The name is random and `mkdir` follows no links, so nothing that existed before is written
    through. The writer holds a lock on a file inside. The system frees it when the writer dies,
    which is how `sweep` distinguishes a leftover from a file that is being written.
    """
    parent.mkdir(parents=True, exist_ok=True)
    folder, descriptor = _claimed(parent)
    try:
        yield folder
    finally:
        _discard(folder)
        os.close(descriptor)


def sweep(folder: Path, *, deep: bool = False) -> None:
    """Removes leftovers of killed writers in `folder`, and restores what they had moved away.

    Active writers are not disturbed. On a file system without locks, all leftovers stay.

    Args:
        folder: Where the targets are.
        deep: Whether to look into its subfolders, too.
    """
    for leftover in (folder.rglob if deep else folder.glob)(".tmp-*"):
        if NAME.fullmatch(leftover.name) and leftover.is_dir() and not leftover.is_symlink():
            _remove_if_left(leftover)


def _claimed(parent: Path) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock."""
    while True:
        folder = parent / f".tmp-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            descriptor = os.open(folder / _LOCK, flags, 0o600)
        except FileNotFoundError:  # a sweep was faster
            continue
        except BaseException:
            folder.rmdir()
            raise
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # a sweep is about to remove it
            os.close(descriptor)
            continue
        except OSError:  # a file system without locks
            return folder, descriptor
        if (folder / _LOCK).exists():
            return folder, descriptor
        os.close(descriptor)


def _remove_if_left(leftover: Path) -> None:
    try:
        descriptor = os.open(leftover / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:  # the lock is created first and removed last
        with contextlib.suppress(OSError):
            leftover.rmdir()
        return
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # its writer is alive, or may be
        os.close(descriptor)
        return
    try:
        _discard(leftover)
    finally:
        os.close(descriptor)


def _discard(folder: Path) -> None:
    """Restores what was moved away but not replaced, then removes the folder, its lock last."""
    away = folder / AWAY
    for old in () if away.is_symlink() else away.glob("*"):
        target = folder.parent / old.name
        if not os.path.lexists(target):
            old.rename(target)
    for inside in folder.glob("*"):
        if inside.is_dir() and not inside.is_symlink():
            shutil.rmtree(inside, ignore_errors=True)
        elif inside.name != _LOCK:
            inside.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
