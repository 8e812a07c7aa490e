"""Writes files and folders that are whole or absent: written next to the target, then renamed."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.storage.scratch import AWAY, scratch, sweep

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)  # renaming a folder onto another fails
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF)  # of some network disks


def write_file(path: Path, content: bytes | memoryview | str, *, durable: bool = True) -> None:
    """Writes a file that is whole or absent; text as UTF-8.

    Args:
        path: As for `replacing`.
        content: All of it.
        durable: Whether it must survive a power cut right after the call. Not needed for a file
            that can be made again and proves by a checksum that it is whole.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with _replacing(path, durable) as place:
        if place == path:
            place.write_bytes(data)
        else:
            with os.fdopen(os.open(place, _NEW, 0o666), "wb") as file:
                file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a path to write to; it becomes `path` when the block ends, and vanishes if it raises.

    For libraries that write to a path themselves, such as Keras; `write_file` takes bytes and text.
    The target's folder is created. The yielded path has the name of `path`, in a new folder next
    to it that only this writer uses: no planted link is written through, and of two writers of one
    file the later one wins as a whole. A power cut or a kill at any moment leaves either the old
    or the new file.

    A link at `path` itself is followed, as with the shell's `>`: the file it points to is
    replaced, and the link stays. Anything but a regular file, such as `/dev/stdout` or a named
    pipe, is written to directly. Call `refuse_links` before writing into an untrusted folder.
    """
    with _replacing(path, durable=True) as place:
        yield place


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """As `replacing`, for a folder; yields an empty one. The old content of `path` is removed."""
    path = _resolve_links(path)
    if path.parent.is_dir():
        sweep(path.parent)
    with scratch(path.parent) as temporary:
        new = temporary / path.name
        new.mkdir()
        yield new
        for inside in new.rglob("*"):
            _sync(inside)
        _sync(new)
        _exchange(new, path, temporary / AWAY)
        _sync(path.parent)


@contextlib.contextmanager
def _replacing(path: Path, durable: bool) -> Iterator[Path]:
    if (path.exists() and not (path.is_file() or path.is_dir())) or path.parent == Path("/dev"):
        yield path
        return
    path = _resolve_links(path)
    with scratch(path.parent) as temporary:
        new = temporary / path.name  # Keras checks the suffix
        yield new
        if durable:
            _sync(new)
        new.replace(path)
        if durable:
            _sync(path.parent)


def _resolve_links(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _exchange(new: Path, path: Path, away: Path) -> None:
    """Renames a folder over another, which takes two steps if the other has content."""
    while True:
        try:
            new.replace(path)
            return
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        shutil.rmtree(away, ignore_errors=True)  # left from a round that another writer won
        away.mkdir()
        with contextlib.suppress(FileNotFoundError):
            path.replace(away / path.name)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)
