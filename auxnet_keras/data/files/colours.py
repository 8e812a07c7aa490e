"""Labels stored as colours: looks up the id of every pixel's colour."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.errors import DataError

Colour = tuple[int, int, int]


class ColourTable:
    """Ids by RGB colour.

    Args:
        ids: Colour to id; several colours may share an id.
        unlisted: The id of every other colour.
    """

    def __init__(self, ids: Mapping[Colour, int], unlisted: int) -> None:
        codes = sorted((_code(*colour), number) for colour, number in ids.items())
        # A sentinel above every colour, so that every search ends inside the array.
        self._codes = np.array([code for code, _ in codes] + [1 << 24], np.int32)
        self._ids = np.array([number for _, number in codes] + [unlisted], np.int32)

    def look_up(self, rgb: np.ndarray) -> np.ndarray:
        """uint8 [H, W, 3] to ids, int32 [H, W]."""
        codes = _codes(rgb)
        place = np.searchsorted(self._codes, codes)
        return np.where(self._codes[place] == codes, self._ids[place], self._ids[-1])


def first_colour(rgb: np.ndarray, where: np.ndarray) -> Colour:
    """The colour of the first pixel at which a mask [H, W] is True."""
    red, green, blue = rgb[where][0].tolist()
    return red, green, blue


def read_colours(path: Path) -> list[tuple[str, Colour]]:
    """The lines of Virtual KITTI's palette files: a category, or category:object, and its colour.

    Returns:
        One (category, colour) per line, without the object's number.

    Raises:
        DataError: A malformed line, or no lines.
    """
    text = png.file_bytes(path).decode("utf-8", errors="replace")
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or (number == 1 and words[0].startswith("Category")):
            continue
        if len(words) != 4 or not all(
            w.isdecimal() and len(w) < 4 and int(w) < 256 for w in words[1:]
        ):
            raise DataError(
                f"Not a palette: {path}, line {number}. Expected a category and three numbers up "
                f"to 255, as in 'Terrain 210 0 200'; copy the file again. Received: {line[:60]!r}."
            )
        red, green, blue = map(int, words[1:])
        entries.append((words[0].partition(":")[0], (red, green, blue)))
    if not entries:
        raise DataError(
            f"Not a palette: {path}. Expected lines such as 'Terrain 210 0 200'; copy the file "
            f"again. Received: {text[:60]!r}."
        )
    return entries


def _code(red: int, green: int, blue: int) -> int:
    return red << 16 | green << 8 | blue


def _codes(rgb: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(rgb.astype(np.int32), -1, 0)
    return red << 16 | green << 8 | blue
