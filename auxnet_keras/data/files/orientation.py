"""The orientation tag that a camera held sideways writes instead of turning its pixels."""

import io

import numpy as np
from PIL import Image

ORIENTATION = 0x0112
"""The tag's number."""

TURNS = {
    2: "mirrored",
    3: "turned by 180 degrees",
    4: "upside down and mirrored",
    5: "turned and mirrored",
    6: "turned by 90 degrees",
    7: "turned and mirrored",
    8: "turned by 270 degrees",
}
"""The tags other than 1, which means upright: how upright pixels were stored."""


def orientation(data: bytes) -> int:
    """The tag of an image file, 1 to 8; 1 without one."""
    if data.startswith(b"\x89PNG") and b"eXIf" not in data:
        return 1  # else Pillow would decode the whole image to look for it
    try:
        with Image.open(io.BytesIO(data)) as image:
            tag = image.getexif().get(ORIENTATION, 1)
    except Exception:  # a damaged tag is no tag; damaged pixels are reported when they are decoded
        return 1
    return tag if tag in TURNS else 1


def turned(pixels: np.ndarray, tag: int) -> np.ndarray:
    """Upright pixels [H, W, ...]: tags 5 to 8 exchange height and width."""
    if tag >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    if tag in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if tag in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def turned_back(pixels: np.ndarray, tag: int) -> np.ndarray:
    """The pixels as they were stored, from those that `turned` returns."""
    return turned(pixels, {6: 8, 8: 6}.get(tag, tag))
