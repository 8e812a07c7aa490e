"""Lets only one process at a time work in a folder."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, SoftFileLock, Timeout

from auxnet_keras.core.printable import printable
from auxnet_keras.errors import AuxnetError
from auxnet_keras.storage.write_errors import reason

LOCK, HELD = ".lock", ".lock.held"
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""Of network disks; filelock itself replaces its lock only after ENOSYS."""


@contextlib.contextmanager
def hold_lock(folder: Path, doing: str, error: type[AuxnetError]) -> Iterator[None]:
    """Keeps other processes out of a folder and creates it; a dead process holds no lock.

    Within one process it can be taken again: a failed attempt may still hold it.

    On a disk without locks the file, or `.lock.held`, is itself the lock. It names its process and
    host; one left by a dead process of this host is taken over.

    Args:
        folder: The folder; the lock is the file `.lock` in it.
        doing: What only one process may do there, such as "training in this run folder".
        error: Raised if another process holds the lock, or the folder is not writable.
    """
    file = folder / LOCK
    if file.is_symlink():  # opening it would empty its target
        raise error(
            f"{file} is a link, and links are not followed. Remove it, or choose another folder. "
            f"Received: a link to {str(file.readlink())!r}."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = acquired(file, timeout=0)
    except Timeout:
        raise error(
            f"Another process is {doing}; two at once would overwrite each other's files. Wait for "
            f"it, stop it, or choose another folder.{_holder(folder)} Received: {str(folder)!r}."
        ) from None
    except OSError as problem:
        raise error(
            f"Nothing can be saved in {folder}: {reason(problem)}. Make the folder writable, or "
            f"choose another one. Received: {str(folder)!r}."
        ) from problem
    try:
        yield
    finally:
        lock.release()


def acquired(file: Path, timeout: float) -> FileLock | SoftFileLock:
    """A lock on a file, taken; on a disk without locks, one that only exists.

    Args:
        file: The file to lock; on a disk without locks perhaps the same name with `.held`.
        timeout: Seconds to wait for another process.

    Raises:
        filelock.Timeout: Another process still holds it.
        OSError: The folder is not writable.
    """
    lock = FileLock(file, is_singleton=True)
    try:
        lock.acquire(timeout)
    except (OSError, NotImplementedError) as problem:  # the latter in filelock 3
        if getattr(problem, "errno", errno.ENOSYS) not in _NO_LOCKS:
            raise
        soft = SoftFileLock(f"{file}.held", is_singleton=True)
        soft.acquire(timeout)
        return soft
    return lock


def _holder(folder: Path) -> str:
    """The remedy for a lock that only exists, on a disk without locks, and whose holder is gone."""
    for file in (folder / LOCK, folder / HELD):
        try:
            process, host, *_ = file.read_text(encoding="utf-8", errors="replace").split()
        except (OSError, ValueError):
            continue
        return (
            f" It is process {printable(process)} on {printable(host)}; if that is no longer "
            f"running, delete {file}."
        )
    return ""
