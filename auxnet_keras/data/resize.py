"""Resizing: bilinear for images, nearest neighbour for labels and depth."""

import functools
from typing import Any

import cv2
import numpy as np

from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.data.files.png import MAX_PIXELS
from auxnet_keras.errors import ConfigError

Size = tuple[int, int]
"""(height, width)."""


def check_size(size: Any) -> Size:
    """A size as two ints; raises an error that says what a size is."""
    good = (
        isinstance(size, tuple | list)
        and len(size) == 2
        and all(map(is_whole, size))
        and all(n > 0 for n in size)
    )
    if not good:
        raise ConfigError(
            "A size must be two positive integers, (height, width), for example (224, 384). "
            f"Received: {size!r}."
        )
    height, width = int(size[0]), int(size[1])
    if height * width > MAX_PIXELS:
        raise ConfigError(
            f"A size must have at most {MAX_PIXELS:,} pixels; give a smaller one. "
            f"Received: {size!r}."
        )
    return height, width


@functools.lru_cache(maxsize=64)
def nearest_indices(length: int, wanted: int) -> np.ndarray:
    """For every output position, the input position whose pixel covers its centre.

    `index(i) = floor((i + 1/2) * length / wanted)`, exact in integers: half-pixel centres, as in
    bilinear resizing. (cv2.INTER_NEAREST, `floor(i * length / wanted)`, shifts the image.)
    """
    return (2 * np.arange(wanted, dtype=np.int64) + 1) * length // (2 * wanted)


def resize_nearest(values: np.ndarray, size: Size) -> np.ndarray:
    """[H, W, ...] to [size, ...] without new values."""
    height, width = values.shape[:2]
    if (height, width) == tuple(size):
        return values
    rows = values[nearest_indices(height, size[0])]
    return np.take(rows, nearest_indices(width, size[1]), axis=1)


def resize_bilinear(image: np.ndarray, size: Size) -> np.ndarray:
    """uint8 (rounded) or float32 [H, W, 3] to [size, 3]."""
    if image.shape[:2] == tuple(size):
        return image
    return cv2.resize(image, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
