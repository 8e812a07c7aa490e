"""Colour images, PNG or JPEG, as 8-bit RGB."""

from pathlib import Path

import cv2
import numpy as np
import simplejpeg

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files import png
from auxnet_keras.data.resize import Size
from auxnet_keras.errors import DataError

# A camera's orientation tag rotates neither labels nor depth, so it must not rotate the image.
_FLAGS = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION

MAX_SCANS = 100
"""Maximum number of scans of a progressive JPEG: files have about ten, and each costs a pass."""


def read_image(path: Path) -> np.ndarray:
    """Decodes a colour or grey image with 8 bits per channel.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        DataError: Unreadable, truncated, larger than `png.MAX_PIXELS`, or not an 8-bit image.
    """
    data = png.file_bytes(path)
    if data.startswith(b"\xff\xd8"):
        return _decode_jpeg(data, path)
    found = png.header(data, path)
    if found.bits > 8:
        raise DataError(
            f"Wrong image PNG: {path}. Expected 8 bits per channel; convert it to 8 bits. "
            f"Received: {found}.",
            "other_format",
        )
    return png.decode_pixels(data, found, path, _FLAGS)


def size_of(path: Path) -> Size:
    """The (height, width) that an image file's header claims."""
    data = png.file_bytes(path)
    if not data.startswith(b"\xff\xd8"):
        found = png.header(data, path)
        return found.height, found.width
    return _jpeg_size(data, path)


def _decode_jpeg(data: bytes, path: Path) -> np.ndarray:
    height, width = _jpeg_size(data, path)
    png.check_pixels(width, height, path)
    scans = data.count(b"\xff\xda")
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
        raise _damaged_jpeg(path, error) from None


def _jpeg_size(data: bytes, path: Path) -> Size:
    """(height, width) as the decoder itself reads them, so that no second header misleads."""
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(data)
    except ValueError as error:
        raise _damaged_jpeg(path, error) from None
    return height, width


def _damaged_jpeg(path: Path, error: ValueError) -> DataError:
    said = printable(" ".join(str(error).split())[:100]).rstrip(".")
    return DataError(
        f"Truncated or damaged JPEG: {path}. Expected a complete file; copy or download it again. "
        f"Received: {said}.",
        "truncated",
    )
