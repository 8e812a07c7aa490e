"""Colour images of any format, as 8-bit RGB."""

from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.data.files import jpeg, pillow, png
from auxnet_keras.data.files.orientation import orientation, turned
from auxnet_keras.data.resize import Size
from auxnet_keras.errors import DataError

IMAGES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".webp", ".tif", ".tiff", ".avif", ".gif"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".apng"),
)
"""Endings of image files, in any case. The content decides how a file is decoded."""

REFUSED = (
    *(".heic", ".heif", ".jxl", ".jp2", ".j2k", ".tga", ".pcx", ".exr", ".hdr", ".psd", ".svg"),
    *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2", ".pef", ".srw", ".raw"),
)
"""Endings of images that are not decoded; such a file is refused, never passed over."""

_FLAGS = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION


def read_image(path: Path, *, upright: bool = False) -> np.ndarray:
    """Decodes a colour or grey image with 8 bits per channel.

    Args:
        path: The file.
        upright: Whether to turn the pixels as the camera's orientation tag says. The tag turns
            neither labels nor depth, so it must not turn an image that has them.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        DataError: Unreadable, truncated, larger than `png.MAX_PIXELS`, or not an 8-bit image.
    """
    data = png.file_bytes(path)
    pixels = decode_image(data, path)
    return turned(pixels, orientation(data)) if upright else pixels


def size_of(path: Path) -> Size:
    """The (height, width) that the header of a PNG or JPEG claims."""
    data = png.file_bytes(path)
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.size(data, path)
    found = png.header(data, path)
    return found.height, found.width


def decode_image(data: bytes, path: Path) -> np.ndarray:
    """The pixels of a file's bytes, as `read_image`; `path` is for error messages."""
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.decode(data, path)
    if not data.startswith(png.SIGNATURE):
        return pillow.rgb(data, path)
    found = png.header(data, path)
    if found.bits > 8:
        raise DataError(
            f"Wrong image PNG: {path}. Expected 8 bits per channel; convert it to 8 bits. "
            f"Received: {found}.",
            "other_format",
        )
    return png.decode_pixels(data, found, path, _FLAGS)
