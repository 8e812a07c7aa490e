"""Opening an untrusted archive: every member is checked before the first can be read."""

import errno
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from auxnet_keras.errors import DataError
from data_tools.download.members import (
    MAX_MEMBERS,
    Member,
    check_members,
    tar_members,
    zip_members,
)
from data_tools.download.plain_tar import PlainTarInfo

CHUNK = 1 << 20
"""Bytes read at once."""

_MAX_PADDING = 2**26  # bytes after the end mark of a tar
_ZIP_ENTRY = 46  # bytes of the shortest entry of a zip's directory

Open = Callable[[Member], IO[bytes]]


@contextmanager
def open_archive(archive: Path) -> Iterator[tuple[list[Member], Open]]:
    """The checked members of an archive, and how to read one."""
    size = archive.stat().st_size
    try:
        if archive.name.endswith(".zip"):
            with _Zip(archive) as file, zipfile.ZipFile(file) as zipped:
                members = check_members(zip_members(zipped), archive, size)
                yield members, lambda member: zipped.open(member.entry)  # type: ignore[arg-type]
        else:
            with (
                _Stream(archive) as stream,
                tarfile.open(fileobj=stream, mode="r:", tarinfo=PlainTarInfo) as tar,
            ):
                members = check_members(tar_members(tar), archive, size)
                stream.check_end(tar.offset)
                yield members, lambda member: tar.extractfile(member.entry)  # type: ignore
    except DataError:
        raise
    except _DAMAGE as error:
        raise _damaged(archive, str(error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # the library seeked to before the start
            raise
        raise _damaged(archive, "a wrong offset in its directory") from error


_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RecursionError,  # a header that is only about the next header, and so on
    NotImplementedError,  # a compression that Python lacks
    ValueError,  # names and numbers that cannot be decoded
    struct.error,
)


def _damaged(archive: Path, received: str) -> DataError:
    """The error for an archive that is truncated or garbled."""
    return DataError(
        f"Damaged archive: {archive}. Expected the file that its authors published; remove it and "
        f"download it again. Received: {received or 'an early end'}."
    )


class _Zip(io.BufferedReader):
    """A zip with a directory, which the library reads at once, of a size that can be meant.

    What the library asks for counts: a file can be made to show a check another directory.
    """

    def __init__(self, archive: Path) -> None:
        super().__init__(io.FileIO(archive))
        self._archive, self._length = archive, archive.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = self._length - self.tell()
        if size > _ZIP_ENTRY * MAX_MEMBERS * 2:  # names take space, too
            raise DataError(
                f"Too many members in {self._archive}; nothing was unpacked. Expected at most "
                f"{MAX_MEMBERS}; download the archive from its authors. Received: a directory "
                f"of {size} bytes."
            )
        return super().read(size)


class _Stream(io.BufferedReader):
    """The bytes of a tar, decompressed if gzipped; no header reads more than a chunk."""

    def __init__(self, archive: Path) -> None:
        zipped = archive.name.endswith(".gz")
        raw: Any = gzip.GzipFile(archive) if zipped else io.FileIO(archive)
        super().__init__(raw)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= CHUNK:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return super().read(size)

    def check_end(self, offset: int) -> None:
        """Checks that a tar ends with zeros; the library also takes a bad header for the end."""
        self.seek(offset)
        if self.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError(f"no end mark at byte {offset}")
        while self.read(CHUNK):  # up to where gzip compares its checksum
            if self.tell() > offset + _MAX_PADDING:
                raise tarfile.ReadError(f"more than {_MAX_PADDING} bytes after its end")
