"""Reads numeric arrays from MATLAB 5 files: enough for a list of indices, without SciPy.

The user's own `splits.mat`, which splits NYU-v2, comes in this format.
"""

import struct
import zlib
from pathlib import Path

import numpy as np

from auxnet_keras.data.files.png import file_bytes
from auxnet_keras.errors import DataError

_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
_NUMBERS |= {12: "i8", 13: "u8"}
_MATRIX, _COMPRESSED = 14, 15
_HEADER = 128
_LARGEST = 10_000_000  # bytes a variable may unpack to


def read_matlab5(path: Path) -> dict[str, np.ndarray]:
    """The file's real numeric arrays, flattened in MATLAB's order (down the columns).

    MATLAB stores numbers in any type that can hold them, so an array's type may differ from its
    variable's. Other variables (cells, structures, sparse arrays) are skipped.

    Raises:
        DataError: Not a MATLAB 5 file, or a damaged one.

    Reference:
        MathWorks, MAT-File Format, chapter 1 (version 5).
    """
    data = file_bytes(path)
    if len(data) < _HEADER or data[126:128] not in (b"IM", b"MI"):
        raise _not_matlab(path, f"a file that starts with {data[:20]!r}")
    order = "<" if data[126:128] == b"IM" else ">"
    try:
        return dict(_variables(data[_HEADER:], order))
    except (ValueError, struct.error, zlib.error) as error:
        raise _not_matlab(path, f"{len(data):,} bytes that do not decode") from error


def _not_matlab(path: Path, received: str) -> DataError:
    return DataError(
        f"Not a MATLAB 5 file: {path}. Expected the data set's own file; download it again. "
        f"Received: {received}."
    )


def _variables(data: bytes, order: str) -> list[tuple[str, np.ndarray]]:
    found = []
    for kind, body in _elements(data, order):
        if kind == _COMPRESSED:
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(body, _LARGEST)
            if not unpacker.eof:
                raise ValueError("truncated, or larger than any list of indices")
            found += _variables(body, order)
        elif kind == _MATRIX:
            parts = _elements(body, order)  # flags, dimensions, name, real part
            if len(parts) == 4 and parts[3][0] in _NUMBERS:
                name = parts[2][1].decode("ascii")
                kind, numbers = parts[3]
                found.append((name, np.frombuffer(numbers, order + _NUMBERS[kind])))
    return found


def _elements(data: bytes, order: str) -> list[tuple[int, bytes]]:
    """(type, content) of each element in turn."""
    found, position = [], 0
    while position < len(data):
        kind, length = struct.unpack_from(f"{order}II", data, position)
        start = position + 8
        if kind >> 16:  # the short form: length, type and at most four bytes in one tag
            kind, length, start = kind & 0xFFFF, kind >> 16, position + 4
            position += 8
        else:  # only compressed elements are not padded to multiples of eight
            position = start + length + (0 if kind == _COMPRESSED else -length % 8)
        if start + length > len(data):
            raise ValueError("truncated")
        found.append((kind, data[start : start + length]))
    return found
