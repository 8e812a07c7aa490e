"""What a group of files holds, images, labels or depth, from a look into some of them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.files.stored_values import Stored, read_values
from auxnet_keras.errors import DataError

Item = TypeVar("Item")

_FEW = 64  # a mask has fewer values or colours than that, a photo has thousands
_FEW_WIDE = 256  # of 16 bits: instances of a mask, but not the depths of a scene
LABEL = re.compile(r"label|mask|annot|seg|classes|instance|(^|[/_.-])L($|[/_.*-])", re.I)
_TRUTH = re.compile(r"(^|[/_])gt", re.I)  # of labels, if nothing says that it is of depth
DEPTH = re.compile(r"depth|dispar|(^|[/_.-])(disp|range)|inverse", re.I)
_VALID = re.compile(r"(depth|disparity)_?(mask|valid)|validity", re.I)
PICTURE = re.compile(r"colou?r|(^|[/_.-])viz?s?($|[/_.*-])|overlay|preview", re.I)
"""Names of pictures that are drawn for people."""


def evenly(items: Sequence[Item], count: int) -> list[Item]:
    """Up to `count` items, evenly spread."""
    places = np.unique(np.linspace(0, len(items) - 1, min(count, len(items))).astype(int))
    return [items[place] for place in places]


def sort_of(root: Path, files: Sequence[str], hint: str, sample: int) -> str:
    """The sort of a group: "image", "label", "depth", "valid", or "" if no file can be read.

    "valid" is a mask of the pixels that a depth map has measured, which are no classes.

    Args:
        root: The folder.
        files: Paths relative to it.
        hint: The names of the files' directory and group, which decide where content does not.
        sample: How many files to look at.
    """
    if _VALID.search(files[0]):
        return "valid"
    votes = [vote for vote in (_vote(root / f, hint) for f in evenly(files, sample)) if vote]
    return max(sorted(set(votes)), key=votes.count) if votes else ""


def _vote(path: Path, hint: str) -> str:
    try:
        stored = read_values(path, "label")
    except DataError as error:
        if error.fault != "lossy":
            return ""
        try:
            read_image(path)
        except DataError:
            return ""
        return "image"
    return _by_values(stored, hint)


def _by_values(stored: Stored, hint: str) -> str:
    values = stored.values
    label, depth = _hinted(hint)
    if values.ndim == 3 and (values == values[..., :1]).all():
        values = values[..., 0]
    if values.dtype.kind == "f":
        return "label" if label else "depth"
    if values.ndim == 3:
        if depth and packing(values) and not PICTURE.search(hint):
            return "depth"
        few = len(np.unique(values[::3, ::3].reshape(-1, values.shape[2]), axis=0)) <= _FEW
        return "label" if few or (label and not values[..., 1:].any()) else "image"
    if depth:
        return "depth"
    wide, number = values.dtype.itemsize > 1, len(np.unique(values))
    if number <= (_FEW_WIDE if wide else _FEW) or (label and (wide or "palette" in stored.form)):
        return "label"
    return "depth" if wide else "image"


def _hinted(hint: str) -> tuple[bool, bool]:
    """Whether a name hints at labels, and at depth; at most one: the last word counts."""
    label, depth = (
        max((match.start() for match in words.finditer(hint)), default=-1)
        for words in (LABEL, DEPTH)
    )
    return label > depth or (depth < 0 and bool(_TRUTH.search(hint))), depth > label


def packing(values: np.ndarray) -> str:
    """How the three bytes of a depth are stored, "rgb" or "bgr", the lowest first; "" if not.

    The highest byte of what is seen takes few values, the lowest takes most of them.
    """
    if values.ndim != 3 or values.dtype != np.uint8:
        return ""
    red, _, blue = (len(np.unique(values[..., channel])) for channel in range(3))
    if 4 * blue < red:
        return "rgb"
    return "bgr" if 4 * red < blue else ""
