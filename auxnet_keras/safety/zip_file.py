"""ZIP files (`.keras`, `.npz`) with uncompressed members, so that nothing can inflate."""

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import file_size

MAX_DIRECTORY = 1 << 24
"""Largest size in bytes of a ZIP's table of contents, which Python reads at once."""

# OSError: a member's position is before the start of the file.
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@contextlib.contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Opens a ZIP file and checks its members; read these in pieces of up to `MAX_DIRECTORY` bytes.

    Raises:
        DataError: The file is damaged, or a member is compressed, has a name that leads out of a
            folder, occurs twice, or is larger than the file. Also when a damaged member is read.
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
    """A file that is never read as a whole, whatever length it claims for a member."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = MAX_DIRECTORY + 1 if size is None or size < 0 else size
        data = super().read(wanted) if wanted <= MAX_DIRECTORY + 1 else None
        if data is None or len(data) > MAX_DIRECTORY:
            raise _refusal(self.path, f"a table of contents of over {MAX_DIRECTORY:,} bytes")
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
            raise _refusal(path, f"{name!r} with two lengths")
    total = sum(member.file_size for member in members)
    if total > size:
        raise _refusal(path, f"members of {total:,} bytes in a file of {size:,} bytes")


def _refusal(path: Path, received: str) -> DataError:
    return DataError(
        f"Refused to load {path}. Expected an uncompressed ZIP file, as Keras and NumPy write it. "
        f"Get the file from its source again, or save it again. Received: {received}."
    )
