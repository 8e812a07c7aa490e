"""ZIP files (`.keras`, `.npz`) whose members are stored as they are: nothing can inflate."""

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import file_size

MAX_DIRECTORY = 1 << 24
"""Bytes of a ZIP's table of contents, which Python reads at once: 100,000 names and more."""

# OSError: the place of a member lies before the file's beginning.
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@contextlib.contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """A ZIP file, its members checked; read them in pieces of at most `MAX_DIRECTORY` bytes.

    Raises:
        DataError: It is damaged, or a member is compressed, named like a way out of a folder, there
            twice, or larger than the file; also from reading a damaged member.
    """
    size = file_size(path)
    try:
        with _Pieces(path) as file, zipfile.ZipFile(file) as archive:
            _check(archive.infolist(), size, path)
            yield archive
    except DataError:
        raise
    except _DAMAGED as error:
        raise _refusal(path, f"a ZIP that cannot be read ({error})") from error


class _Pieces(io.FileIO):
    """A file that is never read as a whole, whatever length it claims for a part of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = MAX_DIRECTORY + 1 if size is None or size < 0 else size
        data = super().read(wanted) if wanted <= MAX_DIRECTORY + 1 else None
        if data is None or len(data) > MAX_DIRECTORY:
            raise _refusal(self.path, f"a table of contents over {MAX_DIRECTORY:,} bytes")
        return data


def _check(members: list[zipfile.ZipInfo], size: int, path: Path) -> None:
    names: set[str] = set()
    for member in members:
        name = member.orig_filename  # `filename` is cut at a NUL
        if not name or name[0] == "/" or "\\" in name or "\0" in name or ".." in name.split("/"):
            raise _refusal(path, f"{name!r}, a name that leads out of the file")
        if name in names:
            raise _refusal(path, f"{name!r} twice")
        names.add(name)
        if member.compress_type != zipfile.ZIP_STORED:
            raise _refusal(path, f"{name!r}, compressed")
        if member.compress_size != member.file_size:
            raise _refusal(path, f"{name!r} of two lengths")
    total = sum(member.file_size for member in members)
    if total > size:
        raise _refusal(path, f"members of {total:,} bytes in a file of {size:,}")


def _refusal(path: Path, received: str) -> DataError:
    return DataError(
        f"Refused to load {path}. Expected a ZIP file as Keras and NumPy write it, uncompressed; "
        f"get the file from its source again, or save it anew. Received: {received}."
    )
