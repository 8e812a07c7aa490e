"""Label and depth files of any format, as the exact values they hold."""

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from auxnet_keras.data.files import jpeg, numpy_file, pfm, pillow, png, tiff
from auxnet_keras.data.files.foreign import describe
from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.image import REFUSED as REFUSED_IMAGES
from auxnet_keras.data.files.png_chunks import image_chunks
from auxnet_keras.errors import DataError

LABELS = (".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".pgm", ".ppm", ".pnm", ".npy")
"""Endings of label files, in any case."""

DEPTHS = (".png", ".tif", ".tiff", ".pgm", ".npy", ".pfm")
"""Endings of depth files, in any case."""

REFUSED = tuple(dict.fromkeys((*IMAGES, *REFUSED_IMAGES, ".npz", ".mat", ".h5", ".pt", ".pkl")))
"""Endings that label and depth files have too, and that are refused with the reason."""

_FORMATS = ("BMP", "GIF", "WEBP")
_EXPECTED = "PNG, TIFF, BMP, GIF, PGM, PPM, PFM or a NumPy file"
_SCALE = {1: 255, 2: 85, 4: 17}  # OpenCV stretches few bits to 0..255


@dataclass(frozen=True, slots=True)
class Stored:
    """The values of a file.

    Args:
        values: Integers or floats, [H, W], or RGB [H, W, 3].
        form: What the file is, such as "8-bit RGB PNG", for error messages.
    """

    values: np.ndarray
    form: str


def read_values(path: Path, what: str) -> Stored:
    """Decodes a file without changing a value: a palette gives its indices, alpha is dropped.

    Args:
        path: PNG, TIFF, BMP, GIF, lossless WebP, PGM, PPM, PFM or NumPy; the content decides, not
            the ending.
        what: "label" or "depth", for error messages.

    Raises:
        DataError: Unreadable, damaged, too large, or a lossy format.
    """
    return decode_values(png.file_bytes(path), path, what)


def decode_values(data: bytes, path: Path, what: str) -> Stored:
    """The values of a file's bytes, as `read_values`; `path` is for error messages."""
    if data.startswith(png.SIGNATURE):
        return _png(data, path)
    if data.startswith(tiff.SIGNATURES):
        return Stored(*tiff.decode(data, path))
    if data.startswith(numpy_file.SIGNATURE):
        values = numpy_file.decode(data, path)
        return Stored(values, f"{values.dtype} NumPy array {list(values.shape)}")
    if pfm.is_pfm(data):
        return Stored(pfm.decode(data, path), "PFM")
    if data[:2] in (b"P2", b"P3", b"P5", b"P6"):
        return _netpbm(data, path)
    if _is_lossy(data):
        raise DataError(
            f"Lossy {what} file: {path}. Expected a format that keeps every value, such as PNG: "
            "this one has changed values near edges. Export the file again; converting it does not "
            f"restore them. Received: {describe(data)}.",
            "lossy",
        )
    with pillow.opened(data, path, _FORMATS, _EXPECTED) as image:
        if image.mode in ("RGBA", "LA", "PA", "RGBX"):
            image = image.convert("RGB")
        values = np.array(image)
    return Stored(values, f"{image.format or 'image'} of mode {image.mode}")


def _is_lossy(data: bytes) -> bool:
    if data[8:12] == b"WEBP":
        return b"VP8L" not in data[12:256]  # the sort of WebP that loses nothing
    return data.startswith(jpeg.SIGNATURE) or data[4:12] in (b"ftypavif", b"ftypheic")


def _netpbm(data: bytes, path: Path) -> Stored:
    with pillow.opened(data, path, ("PPM",), _EXPECTED):  # checks the size before it is allocated
        values = png.opencv_pixels(data, cv2.IMREAD_UNCHANGED)
    if values is None:
        raise png.truncated(data, path)
    return Stored(values[..., ::-1] if values.ndim == 3 else values, f"{values.dtype} Netpbm image")


def _png(data: bytes, path: Path) -> Stored:
    found = png.header(data, path)
    form = f"{found.bits}-bit {found.colour} PNG"
    if found.colour == "palette":
        return Stored(_indices(data, found, path), form)
    values = png.decode_pixels(data, found, path, cv2.IMREAD_UNCHANGED)
    if values.ndim == 3:
        values = values[..., 2::-1]  # OpenCV's order is BGR, then alpha
        if found.colour.startswith("grey"):
            values = values[..., 0]
    return Stored(values // _SCALE.get(found.bits, 1), form)


def _indices(data: bytes, found: png.Header, path: Path) -> np.ndarray:
    """uint8 [H, W]; OpenCV and imagecodecs only give the palette's colours."""
    image = image_chunks(data, found.height * (found.width + 1))
    if image is None:
        raise png.truncated(data, path)
    try:
        with Image.open(io.BytesIO(image), formats=("PNG",)) as opened:
            return np.array(opened)
    except Exception:  # whatever a decoder throws
        raise png.truncated(data, path) from None
