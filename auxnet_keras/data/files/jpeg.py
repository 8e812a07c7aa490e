"""JPEG images, judged by what the decoder itself says about them."""

import re
from pathlib import Path

import numpy as np
import simplejpeg

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files import png
from auxnet_keras.errors import DataError

SIGNATURE = b"\xff\xd8"

MAX_SCANS = 100
"""Maximum number of scans of a progressive JPEG: files have about ten, and each costs a pass."""

# The start of a scan of one to four components. Two bytes alone also occur in what follows the
# image, such as the video that a phone appends.
_SCAN = re.compile(rb"\xff\xda\0[\x06\x08\x0a\x0c][\x01-\x04]")


def decode(data: bytes, path: Path) -> np.ndarray:
    """uint8 [H, W, 3], RGB.

    Raises:
        DataError: Damaged, or larger than `png.MAX_PIXELS`.
    """
    height, width = size(data, path)
    png.check_pixels(width, height, path)
    scans = len(_SCAN.findall(data))
    if scans > MAX_SCANS:
        raise DataError(
            f"Refused to decode {path}. Expected a JPEG of at most {MAX_SCANS} scans; save the "
            f"image again. Received: {scans:,} scans.",
            "too_large",
        )
    try:
        # Strict: what the decoder only warns of, it has filled with grey or another block's pixels.
        return simplejpeg.decode_jpeg(data, colorspace="RGB", strict=True)
    except ValueError as error:
        raise _damaged(path, error) from None


def size(data: bytes, path: Path) -> tuple[int, int]:
    """(height, width) as the decoder itself reads them, so that no second header misleads."""
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(data)
    except ValueError as error:
        raise _damaged(path, error) from None
    return height, width


def _damaged(path: Path, error: ValueError) -> DataError:
    said = printable(" ".join(str(error).split())[:100]).rstrip(".")
    return DataError(
        f"Truncated or damaged JPEG: {path}. Expected a complete file; copy or download it again. "
        f"Received: {said}.",
        "truncated",
    )
