"""Portable float maps, the depth format of many stereo programs."""

import re
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.errors import DataError

_HEADER = re.compile(
    rb"(P[Ff])\s+(?:#[^\n]*\n\s*)*(\d{1,9})\s+(\d{1,9})\s+(-?)([0-9.eE+-]+)(?:\r\n|\s)"
)


def is_pfm(data: bytes) -> bool:
    """Whether a file begins as a PFM does."""
    return data[:2] in (b"Pf", b"PF") and data[2:3].isspace()


def decode(data: bytes, path: Path) -> np.ndarray:
    """float32 [H, W]; of three channels, the first.

    The sign of the header's scale is the byte order. Its size is not applied: the format leaves
    its meaning open, and the usual readers of Middlebury's disparities ignore it.

    Raises:
        DataError: Damaged, or larger than `png.MAX_PIXELS`.
    """
    header = _HEADER.match(data)
    if header is None:
        raise _damaged(path, data)
    width, height = int(header[2]), int(header[3])
    png.check_pixels(width, height, path)
    channels = 3 if header[1] == b"PF" else 1
    body = data[header.end() :]
    if len(body) < 4 * channels * width * height:
        raise _damaged(path, data)
    order = np.dtype("<f4" if header[4] else ">f4")
    values = np.frombuffer(body, order, channels * width * height)
    # Rows are stored from the bottom to the top.
    return values.reshape(height, width, channels)[::-1, :, 0].astype(np.float32)


def _damaged(path: Path, data: bytes) -> DataError:
    return DataError(
        f"Truncated or damaged PFM: {path}. Expected a complete file; copy it again. "
        f"Received: {len(data):,} bytes that do not decode.",
        "truncated",
    )
