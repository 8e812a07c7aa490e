"""Files that are whole or absent: written beside their place, synced, then renamed into it."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from auxnet_keras.errors import AuxnetError, DataError

LOCK = ".lock"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a path to write to; it becomes `path` when the block ends, and vanishes if it raises.

    Its folder is created. A power cut or a kill at any moment leaves the old file or the new one.
    Behind a link the file is replaced and not the link; what is no file, as `/dev/stdout` or a
    named pipe, is written to as it is.
    """
    if (path.exists() and not (path.is_file() or path.is_dir())) or path.parent == Path("/dev"):
        yield path
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".tmp-{path.name}")  # in front: Keras checks the suffix
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """As `replacing`, for a folder; an empty one is yielded. What stood at `path` is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary, old = path.with_name(f".tmp-{path.name}"), path.with_name(f".old-{path.name}")
    _put_back(old, path)
    for leftover in (temporary, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        temporary.mkdir()
        yield temporary
        for inside in temporary.rglob("*"):
            _sync(inside)
        _sync(temporary)
        if path.exists():  # a folder with content cannot be renamed over
            path.replace(old)
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        _put_back(old, path)
        raise
    _sync(path.parent)
    shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Clears `folder` of what a killed `replacing_folder` left, whatever it was going to write.

    Only for whom has the folder alone.
    """
    for temporary in folder.glob(".tmp-*"):
        shutil.rmtree(temporary, ignore_errors=True)
    for old in folder.glob(".old-*"):
        _put_back(old, old.with_name(old.name.removeprefix(".old-")))
        shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns the operating system's refusal to write into a sentence that names the file.

    Raises:
        DataError: The disk is full, or the folder cannot be written to.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{path} could not be written. Free some space or make its folder writable, then give "
            f"the same command again. Received: {error.strerror or error}."
        ) from error


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
            f"Nothing can be saved in {folder}: {problem.strerror or problem}. Make the folder "
            f"writable, or choose another one. Received: {str(folder)!r}."
        ) from problem
    try:
        yield
    finally:
        lock.release()


def _put_back(old: Path, path: Path) -> None:
    """After an end between the two renamings `old` is the only copy."""
    if old.exists() and not path.exists():
        old.replace(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
