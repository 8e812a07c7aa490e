"""Reads arrays from `.npz` files that are uncompressed, complete, and as large as they claim."""

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.errors import DataError
from auxnet_keras.safety.zip_file import open_zip

_LONGEST_HEADER = 4096  # NumPy evaluates it as a Python literal
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays that `np.savez` wrote, by name.

    Every header is checked against the bytes after it before its array is allocated, so reading
    takes no more memory than the file has bytes. Nothing is unpickled.

    Raises:
        DataError: The file is not `.npz`, is damaged, or claims more data than it contains.

    Example:
        >>> np.savez("numbers.npz", weights=np.zeros(3))
        >>> read_npz(Path("numbers.npz"))["weights"].shape
        (3,)
    """
    with open_zip(path) as archive:
        return {
            member.filename.removesuffix(".npy"): _array(archive, member, path)
            for member in archive.infolist()
        }


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> np.ndarray:
    name = member.filename
    try:
        with archive.open(member) as file:
            _check_header(file, member.file_size)
        with archive.open(member) as file:
            return np.lib.format.read_array(
                file, allow_pickle=False, max_header_size=_LONGEST_HEADER
            )
    except (
        ValueError,
        TypeError,
        SyntaxError,
        OverflowError,
        RecursionError,
        MemoryError,
    ) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"Refused to load {path}. Expected arrays of numbers as np.savez writes them. Get the "
            "file from its source again, or do without it. "
            f"Received: {name!r}, {' '.join(str(error).split())[:120]}."
        ) from error


def _check_header(file: Any, size: int) -> None:
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"an array of version {version}")
    shape, _, dtype = _HEADERS[version](file, max_header_size=_LONGEST_HEADER)
    if dtype.hasobject:
        raise ValueError("Python objects, which need pickle")
    claimed, stored = math.prod(shape) * dtype.itemsize, size - file.tell()
    if dtype.itemsize == 0 or min(shape, default=0) < 0 or claimed != stored:
        raise ValueError(f"an array of {shape} {dtype} in {stored:,} bytes")
