"""Lets only one process at a time work in a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from auxnet_keras.errors import AuxnetError
from auxnet_keras.storage.write_errors import reason

LOCK = ".lock"


@contextlib.contextmanager
def hold_lock(folder: Path, doing: str, error: type[AuxnetError]) -> Iterator[None]:
    """Keeps other processes out of a folder and creates it; a dead process holds no lock.

    Within one process it can be taken again: a failed attempt may still hold it.

    Args:
        folder: The folder; the lock is the file `.lock` in it.
        doing: What only one process may do there, such as "training in this run folder".
        error: Raised if another process holds the lock, or the folder is not writable.
    """
    lock = FileLock(folder / LOCK, timeout=0, is_singleton=True)
    if (folder / LOCK).is_symlink():  # opening it would empty its target
        raise error(
            f"{folder / LOCK} is a link, and links are not followed. Remove it, or choose another "
            f"folder. Received: a link to {str((folder / LOCK).readlink())!r}."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise error(
            f"Another process is {doing}; two at once would overwrite each other's files. Wait for "
            f"it, stop it, or choose another folder. Received: {str(folder)!r}."
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
