"""One process alone in a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from auxnet_keras.errors import AuxnetError
from auxnet_keras.storage.write_errors import reason

LOCK = ".lock"


@contextlib.contextmanager
def alone(folder: Path, doing: str, error: type[AuxnetError]) -> Iterator[None]:
    """Keeps other processes out of a folder, which is created; a process that died holds nothing.

    Within a process it may be taken again: an attempt that failed may still hold it.

    Args:
        folder: Gets a file `.lock`.
        doing: What only one process may do there, as in "training in this run folder".
        error: Raised if another process does, or the folder cannot be written to.
    """
    lock = FileLock(folder / LOCK, timeout=0, is_singleton=True)
    if (folder / LOCK).is_symlink():  # taking it would empty the file behind it
        raise error(
            f"{folder / LOCK} is a link, which is not followed. Remove it, or choose another "
            f"folder. Received: a link to {str((folder / LOCK).readlink())!r}."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise error(
            f"Another process is {doing}, where two would overwrite each other's files. Wait for "
            f"it, stop it, or choose another folder. Received: {str(folder)!r}."
        ) from None
    except OSError as problem:
        raise error(
            f"Nothing can be saved in {folder}: {reason(problem)}. Make the folder "
            f"writable, or choose another one. Received: {str(folder)!r}."
        ) from problem
    try:
        yield
    finally:
        lock.release()
