"""Images in formats other than PNG and JPEG, through Pillow."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import BITSPERSAMPLE, TiffImageFile

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files import png
from auxnet_keras.data.files.foreign import describe
from auxnet_keras.data.files.orientation import ORIENTATION, TURNS, turned_back
from auxnet_keras.errors import DataError

FORMATS = ("BMP", "WEBP", "TIFF", "AVIF", "GIF", "PPM")
_READ = ("a BMP", "a WebP image", "a TIFF", "an AVIF image", "a GIF")


@contextmanager
def opened(
    data: bytes, path: Path, formats: tuple[str, ...], expected: str
) -> Iterator[Image.Image]:
    """The image, of which only the header has been read.

    Args:
        data: The file.
        path: For error messages.
        formats: Pillow's names of the formats to try.
        expected: Every format that the caller reads, for error messages.

    Raises:
        DataError: None of the formats, damaged (also while pixels are read inside the context), or
            larger than `png.MAX_PIXELS`.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
    except Image.DecompressionBombError:
        raise DataError(
            f"Refused to decode {path}. Expected at most {png.MAX_PIXELS:,} pixels; scale the "
            "image down first. Received: more than that.",
            "too_large",
        ) from None
    except Exception as error:  # whatever a decoder throws
        raise _unreadable(data, path, error, expected) from None
    with image:
        png.check_pixels(*image.size, path)
        try:
            yield image
        except DataError:
            raise
        except Exception as error:
            raise _unreadable(data, path, error, expected) from None


def rgb(data: bytes, path: Path) -> np.ndarray:
    """The image as uint8 [H, W, 3], RGB.

    Raises:
        DataError: As `opened`, or not 8 bits per channel.
    """
    with opened(data, path, FORMATS, "PNG, JPEG, BMP, WebP, TIFF, AVIF, GIF or PPM") as image:
        bits = _bits(data, image)
        if bits > 8:
            raise DataError(
                f"Wrong image: {path}. Expected 8 bits per channel; convert it to 8 bits. "
                f"Received: {image.format}, {bits} bits.",
                "other_format",
            )
        tag = image.getexif().get(ORIENTATION, 1)
        pixels = np.array(image.convert("RGB"))
        # Pillow turns TIFFs upright, and only these.
        upright = isinstance(image, TiffImageFile) and tag in TURNS
        return turned_back(pixels, tag) if upright else pixels


def _bits(data: bytes, image: Image.Image) -> int:
    """Bits per channel, of which Pillow keeps eight in colours."""
    if isinstance(image, TiffImageFile):
        return max(image.tag_v2.get(BITSPERSAMPLE, (1,)))
    if image.format == "PPM" and data[:2] not in (b"P1", b"P4"):
        words = re.sub(rb"#[^\n]*", b"", data[:1000]).split(maxsplit=4)
        return int(words[3]).bit_length()  # the largest value
    return 16 if image.mode.startswith("I;16") else 32 if image.mode in ("I", "F") else 8


def _unreadable(data: bytes, path: Path, error: Exception, expected: str) -> DataError:
    what = describe(data)
    unidentified = isinstance(error, Image.UnidentifiedImageError)
    if unidentified and what not in _READ:
        return DataError(
            f"Not an image: {path}. Expected {expected}; convert the file (renaming it is not "
            f"enough). Received: {what}.",
            "other_format",
        )
    said = f"{len(data):,} bytes that do not decode"
    if not unidentified and str(error):
        said = printable(" ".join(str(error).split())[:100]).rstrip(".")
    return DataError(
        f"Truncated or damaged image: {path}. Expected a complete file; copy or download it again. "
        f"Received: {said}.",
        "truncated",
    )
