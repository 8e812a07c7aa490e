"""Portable float maps, the depth format of many stereo programs."""

from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.errors import DataError

SIGNATURES = (b"Pf\n", b"PF\n", b"Pf ", b"PF ", b"Pf\r", b"PF\r")


def decode(data: bytes, path: Path) -> np.ndarray:
    """float32 [H, W]; of three channels, the first.

    Raises:
        DataError: Damaged, or larger than `png.MAX_PIXELS`.
    """
    words = data[:200].split(maxsplit=4)
    try:
        width, height = int(words[1]), int(words[2])
    except (ValueError, IndexError):
        raise _damaged(path, data) from None
    png.check_pixels(width, height, path)
    channels = 3 if data.startswith(b"PF") else 1
    whole = len(data) >= 4 * channels * width * height
    values = png.opencv_pixels(data, cv2.IMREAD_UNCHANGED) if whole else None
    if values is None:
        raise _damaged(path, data)
    return values[..., -1] if values.ndim == 3 else values  # OpenCV's order is BGR


def _damaged(path: Path, data: bytes) -> DataError:
    return DataError(
        f"Truncated or damaged PFM: {path}. Expected a complete file; copy it again. "
        f"Received: {len(data):,} bytes that do not decode.",
        "truncated",
    )
