"""Where the files of a data set are: in a folder, or at an address with local copies."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from auxnet_keras.data.remote import local_copies, transfer
from auxnet_keras.data.remote.fetch import fetch
from auxnet_keras.data.remote.url import as_path, check_url, is_url
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import file_size, read_bytes
from auxnet_keras.storage import checksum
from auxnet_keras.storage.lock import acquired
from auxnet_keras.storage.scratch import scratch
from auxnet_keras.storage.write_errors import writing


class Place(Protocol):
    """The files of a data set, by name."""

    root: Path
    """Where they are, for messages."""

    def read(self, name: str, most: int) -> bytes:
        """The content of a small file as it is now, of at most so many bytes."""

    def file(self, name: str, size: int, sha256: str) -> Path:
        """A local file of this size."""

    def held(self, name: str, size: int, sha256: str) -> AbstractContextManager[Path]:
        """As `file`; until the end of the block no other process makes room by removing it.

        A file that is open by then stays readable.
        """


def open_place(root: str | Path) -> Place:
    """The folder, or the address.

    Raises:
        ConfigError: An address of a form that is not read.
    """
    return RemotePlace(root) if isinstance(root, str) and is_url(root) else LocalPlace(Path(root))


class LocalPlace:
    """A folder. Files are checked for their size; `check_file` compares all of their content."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, name: str, most: int) -> bytes:
        return read_bytes(self.root / name, most)

    def file(self, name: str, size: int, sha256: str) -> Path:
        path = self.root / name
        if not path.is_file():
            raise DataError(
                f"A file of the shards is missing: {path}. Expected {size:,} bytes; copy it again, "
                "or convert the data again. Received: no such file."
            )
        found = file_size(path)
        if found != size:
            raise DataError(
                f"A file of the shards is incomplete or another one: {path}. Expected {size:,} "
                f"bytes; copy it again, or convert the data again. Received: {found:,} bytes.",
                "truncated",
            )
        return path

    @contextlib.contextmanager
    def held(self, name: str, size: int, sha256: str) -> Iterator[Path]:
        yield self.file(name, size, sha256)


class RemotePlace:
    """An address. Files are copied to this machine when first used, and checked by their SHA-256.

    The copies are named by their content, so several addresses and processes share them. They take
    bounded space: see `local_copies`.
    """

    def __init__(self, url: str) -> None:
        self._url = check_url(url)
        self.root = as_path(self._url)

    def read(self, name: str, most: int) -> bytes:
        folder = local_copies.folder()
        with writing(f"The copy of {self.root / name} in {folder}"), scratch(folder) as temporary:
            part = self._fetched(name, temporary / name, range(1, most + 1))
            return read_bytes(part, most)

    def file(self, name: str, size: int, sha256: str) -> Path:
        with self.held(name, size, sha256) as copy:
            return copy

    @contextlib.contextmanager
    def held(self, name: str, size: int, sha256: str) -> Iterator[Path]:
        copy = local_copies.copy_of(sha256)
        about = f"The copy of {self.root / name} in {copy.parent}"
        with writing(about):
            copy.parent.mkdir(parents=True, exist_ok=True)
            lock = acquired(local_copies.lock_of(copy), timeout=-1)
        try:
            with writing(about):
                if not _is_whole(copy, size):
                    self._copy(name, copy, size, sha256)
            local_copies.touch(copy)
            yield copy
        finally:
            lock.release()

    def _copy(self, name: str, copy: Path, size: int, sha256: str) -> None:
        remedy = "convert the data to smaller shards"
        local_copies.make_room(size, f"The file {self.root / name}", remedy)
        part = self._fetched(name, copy, range(size, size + 1))
        try:
            check_file(part, self.root / name, sha256)
        except DataError:
            transfer.forget(part)
            raise
        part.replace(copy)
        transfer.forget(part)

    def _fetched(self, name: str, path: Path, sizes: range) -> Path:
        url = f"{self._url}/{name}"
        advice = "check the address and the connection, then give the same command again"
        return fetch(url, path, sizes=sizes, advice=advice)


def check_file(path: Path, named: Path, sha256: str) -> None:
    """Compares a file's content with its checksum.

    Args:
        path: The file.
        named: What messages call it.
        sha256: 64 hex digits.

    Raises:
        DataError: It is another one.
    """
    found = checksum.sha256(path)
    if found != sha256:
        raise DataError(
            f"A file of the shards is damaged or another one: {named}. Expected SHA-256 {sha256}; "
            f"copy it again, or convert the data again. Received: {found}.",
            "truncated",
        )


def _is_whole(copy: Path, size: int) -> bool:
    return copy.is_file() and file_size(copy) == size
