"""Pictures inside a page: as data URIs, not larger than a screen shows."""

import base64
import dataclasses
import io
from pathlib import Path

from PIL import Image

from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_bytes

WIDEST = 1600
"""Most pixels from left to right: a page is at most 1200 wide."""

LOSSLESS = 200_000
"""Bytes up to which a PNG stays as it is: a plot, whose lines compression would blur."""

QUALITY = 82

_MOST_BYTES = 64_000_000
_MOST_PIXELS = 100_000_000


@dataclasses.dataclass(frozen=True)
class Embedded:
    """A picture as text.

    Attributes:
        uri: `data:image/...;base64,...`.
        width, height: In pixels.
    """

    uri: str
    width: int
    height: int


def embedded(path: Path) -> Embedded | None:
    """The PNG as a data URI: a small one as it is, a large one shrunk and as WebP.

    Args:
        path: The picture, which may come from a stranger's run folder.

    Returns:
        `None` if it is missing, damaged or too large.
    """
    try:
        content = read_bytes(path, _MOST_BYTES)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            if len(content) <= LOSSLESS and picture.width <= WIDEST:
                picture.verify()
                return _embedded(content, "png", picture.size)
            shown = picture.convert("RGB")
    except (DataError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    if shown.width > WIDEST:
        height = max(1, round(shown.height * WIDEST / shown.width))
        shown = shown.resize((WIDEST, height), Image.Resampling.HAMMING)
    if max(shown.size) > 16_383:  # WebP's largest side
        return None
    file = io.BytesIO()
    shown.save(file, "WEBP", quality=QUALITY, method=2)  # half the time of the usual 4
    return _embedded(file.getvalue(), "webp", shown.size)


def _embedded(content: bytes, kind: str, size: tuple[int, int]) -> Embedded:
    return Embedded(f"data:image/{kind};base64,{base64.b64encode(content).decode()}", *size)
