"""Colour images, PNG or JPEG, as 8-bit RGB."""

import struct
from pathlib import Path

import cv2
import numpy as np

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
    size = _jpeg_size(data)
    if size is None:
        raise _damaged_jpeg(data, path)
    return size


def _decode_jpeg(data: bytes, path: Path) -> np.ndarray:
    size = _jpeg_size(data)
    if size is None or not data.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise _damaged_jpeg(data, path)
    png.check_pixels(size[1], size[0], path)
    scans = data.count(b"\xff\xda")
    if scans > MAX_SCANS:
        raise DataError(
            f"Refused to decode {path}. Expected a JPEG of at most {MAX_SCANS} scans; save the "
            f"image again. Received: {scans:,} scans.",
            "too_large",
        )
    pixels = png.opencv_pixels(data, _FLAGS)
    if pixels is None:
        raise _damaged_jpeg(data, path)
    return pixels


def _damaged_jpeg(data: bytes, path: Path) -> DataError:
    return DataError(
        f"Truncated or damaged JPEG: {path}. Expected a complete file; copy or download it again. "
        f"Received: {len(data):,} bytes that do not decode.",
        "truncated",
    )


def _jpeg_size(data: bytes) -> Size | None:
    """(height, width) of the frame header; None without one."""
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        (length,) = struct.unpack_from(">H", data, position + 2)
        # SOF0..SOF15 hold the size; C4, C8 and CC in that range are something else.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, position + 5)
            return height, width
        position += 2 + length
    return None
