"""PNG files whose exact values matter: checks the header first, then decodes without conversion.

OpenCV and TensorFlow silently convert a 16-bit or palette PNG when asked for another type. Here the
file's own header decides what it is.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import imagecodecs
import numpy as np

from auxnet_keras.data.files.foreign import describe
from auxnet_keras.data.files.png_chunks import SIGNATURE, image_chunks
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import read_bytes

MAX_PIXELS = 100_000_000
"""Larger images are refused before they are decoded: a few bytes can claim to be terabytes."""

MAX_SIDE = 1_000_000
"""The longest side that libpng decodes."""

MAX_BYTES = 1 << 30
"""The largest file: the largest image, uncompressed at 16 bits, with room to spare."""

_COLOURS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey+alpha", 6: "RGBA"}
_CHANNELS = {"grey": 1, "RGB": 3, "palette": 1, "grey+alpha": 2, "RGBA": 4}


@dataclass(frozen=True, slots=True)
class Header:
    """What a PNG's IHDR chunk says; `bits` is per channel."""

    width: int
    height: int
    bits: int
    colour: str

    def __str__(self) -> str:
        return f"{self.bits}-bit {self.colour}, {self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class PngKind:
    """A type of PNG as a data set's format defines it.

    Args:
        what: What it holds ("label"), for error messages.
        bits: Bits per channel.
        colours: Colour types the format allows.
        meaning: What the values are ("Cityscapes ids"), for error messages.
    """

    what: str
    bits: int
    colours: tuple[str, ...]
    meaning: str

    def __str__(self) -> str:
        article = "an" if self.bits == 8 else "a"
        return f"{article} {self.bits}-bit {' or '.join(self.colours)} PNG ({self.meaning})"


def file_bytes(path: Path) -> bytes:
    """The file's bytes, or a DataError that names it."""
    data = read_bytes(path, MAX_BYTES)
    if not data:
        raise DataError(
            f"Empty file: {path}. Expected an image; copy it again. Received: 0 bytes.", "empty"
        )
    return data


def header(data: bytes, path: Path) -> Header:
    """Reads and checks the IHDR chunk.

    Raises:
        DataError: Not a PNG, a damaged header, or more than `MAX_PIXELS`.
    """
    if not data.startswith(SIGNATURE):
        raise DataError(
            f"Not a PNG file: {path}. Expected the PNG signature; convert the file (renaming it "
            f"is not enough). Received: {describe(data)}.",
            "other_format",
        )
    if len(data) < 33 or data[8:16] != b"\x00\x00\x00\rIHDR":
        raise truncated(data, path)
    width, height, bits, colour = struct.unpack(">IIBB", data[16:26])
    found = Header(width, height, bits, _COLOURS.get(colour, f"colour type {colour}"))
    check_pixels(width, height, path)
    return found


def check_pixels(width: int, height: int, path: Path) -> None:
    """Refuses an image whose header claims no pixels, or more than `MAX_PIXELS`."""
    if not 0 < width * height <= MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise DataError(
            f"Refused to decode {path}. Expected 1 to {MAX_PIXELS:,} pixels and no side over "
            f"{MAX_SIDE:,}; if the image is really that large, scale it down first. "
            f"Received: {width}x{height}.",
            "too_large",
        )


def decode_pixels(data: bytes, found: Header, path: Path, flags: int) -> np.ndarray:
    """Decodes a PNG whose header was checked.

    Args:
        data: The file.
        found: Its header.
        path: For error messages.
        flags: OpenCV's: `IMREAD_UNCHANGED`, or those for 8-bit RGB.

    Returns:
        As `cv2.imdecode`.

    Raises:
        DataError: Truncated, damaged, or with more compressed bytes than its image can need.
    """
    row = -(-found.width * found.bits * _CHANNELS.get(found.colour, 4) // 8) + 1
    image = image_chunks(data, found.height * row)
    # An incomplete file never reaches the decoder, which would also complain on stderr.
    decoded = None if image is None else _decoded(image, found, flags)
    if decoded is None:
        raise truncated(data, path)
    return decoded


def _decoded(data: bytes, found: Header, flags: int) -> np.ndarray | None:
    """Common types through imagecodecs, a fifth faster than OpenCV; None if damaged."""
    unchanged = flags == cv2.IMREAD_UNCHANGED
    shape: tuple[int, ...] = (found.height, found.width)
    usual = found.colour == "grey" and found.bits in (8, 16) and unchanged
    if found.colour == "RGB" and found.bits == 8 and not unchanged:
        usual, shape = True, (*shape, 3)
    if usual:
        try:
            values = imagecodecs.png_decode(data)
        except (imagecodecs.PngError, ValueError):  # UnicodeDecodeError: its message is damaged too
            return None
        if values.shape == shape:  # a transparent colour adds an alpha channel
            return values
    return opencv_pixels(data, flags)


def opencv_pixels(data: bytes, flags: int) -> np.ndarray | None:
    """Decodes with OpenCV; None if it cannot, or refuses because of its own limits."""
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None


def truncated(data: bytes, path: Path) -> DataError:
    """The error for a PNG that ends early or does not decode."""
    return DataError(
        f"Truncated or damaged PNG: {path}. Expected a complete file; copy or download it again. "
        f"Received: {len(data):,} bytes that do not decode.",
        "truncated",
    )


def decode(path: Path, kind: PngKind) -> np.ndarray:
    """Decodes a PNG that must be exactly of the expected type.

    Returns:
        uint8 or uint16, [H, W] for grey and [H, W, 3] **BGR** for RGB, values as stored.

    Raises:
        DataError: Unreadable, truncated, too large, or of another bit depth or colour type.
    """
    data = file_bytes(path)
    found = header(data, path)
    if found.bits != kind.bits or found.colour not in kind.colours:
        raise DataError(
            f"Wrong {kind.what} PNG: {path}. Expected {kind}. {_remedy(found, kind)} "
            f"Received: {found}.",
            "other_format",
        )
    return decode_pixels(data, found, path, cv2.IMREAD_UNCHANGED)


def _remedy(found: Header, kind: PngKind) -> str:
    if found.colour == "palette":
        return "Save the palette's indices as grey values (colours are not ids)."
    if found.bits < kind.bits and kind.bits > 8:
        return "Saving it with fewer bits lost values; use the data set's original file."
    return "Use the data set's original file, or convert it without changing its values."
