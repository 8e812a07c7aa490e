"""TIFF files as the exact values they hold, through tifffile."""

import io
import logging
from pathlib import Path

import numpy as np
import tifffile

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files import png
from auxnet_keras.errors import DataError

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# It reports odd tags there, which do not matter here; without a handler they reach the terminal.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_LOSSY = ("JPEG", "WEBP", "JPEGXL", "JPEG2000", "LERC")
_MAX_PAGES = 1000


def decode(data: bytes, path: Path) -> tuple[np.ndarray, str]:
    """The values, [H, W] or [H, W, 3], in the machine's byte order, and what the file is.

    A palette gives its indices, alpha is dropped, and nothing is turned, inverted or stretched.

    Raises:
        DataError: Damaged, too large, lossy, or several images.
    """
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = _only_page(file, path)
            png.check_pixels(page.imagewidth, page.imagelength, path)
            png.check_pixels(page.tilewidth or 1, page.tilelength or 1, path)
            compression = getattr(page.compression, "name", "")
            if any(name in compression for name in _LOSSY):
                received = f"Expected values without loss. Received: {compression} compression"
                raise _refused(path, received, "lossy")
            if page.samplesperpixel > 4 or page.imagedepth != 1:
                received = f"{page.samplesperpixel} channels, {page.imagedepth} planes"
                raise _refused(
                    path, f"Expected one image of up to 4 channels. Received: {received}"
                )
            values = page.asarray()
            channels, planar = page.samplesperpixel, page.planarconfig == 2
            palette = page.photometric == tifffile.PHOTOMETRIC.PALETTE
    except DataError:
        raise
    except Exception as error:  # whatever a decoder throws
        raise _damaged(data, path, error) from None
    if values.ndim == 3 and planar and channels > 1:
        values = np.moveaxis(values, 0, -1)
    if values.ndim == 3:
        values = values[..., :3] if channels >= 3 and not palette else values[..., 0]
    values = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    return values, f"{values.dtype}{' palette' if palette else ''} TIFF"


def _only_page(file: tifffile.TiffFile, path: Path) -> tifffile.TiffPage:
    """The image of a file that has only one, beside smaller copies of it."""
    if len(file.pages) > _MAX_PAGES:
        raise _refused(path, f"Expected one image. Received: {len(file.pages):,}")
    pages = [page.aspage() for page in file.pages]
    whole = [page for page in pages if not page.is_reduced]
    if len(whole) != 1:
        raise _refused(
            path, f"Expected one image; save each in a file of its own. Received: {len(whole)}"
        )
    return whole[0]


def _refused(path: Path, what: str, fault: str = "other_format") -> DataError:
    return DataError(f"Wrong TIFF: {path}. {what}.", fault)


def _damaged(data: bytes, path: Path, error: Exception) -> DataError:
    said = printable(" ".join(str(error).split())[:100]).rstrip(".")
    return DataError(
        f"Truncated or damaged TIFF: {path}. Expected a complete file; copy or download it again. "
        f"Received: {said or f'{len(data):,} bytes that do not decode'}.",
        "truncated",
    )
