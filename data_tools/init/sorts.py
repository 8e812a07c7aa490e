"""What a group of files holds, images, labels or depth, from a look into some of them."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.files.stored_values import Stored, read_values
from auxnet_keras.errors import DataError

_SAMPLE = 5
_FEW = 64  # a mask has fewer values or colours than that, a photo has thousands
_LABEL = re.compile(r"label|mask|annot|seg|(^|[/_])gt|classes|(^|[/_.-])L($|[/_.-])", re.I)
_DEPTH = re.compile(r"depth|disp|range|inverse", re.I)


def evenly(items: Sequence[str], count: int) -> list[str]:
    """Up to `count` items, evenly spread."""
    places = np.unique(np.linspace(0, len(items) - 1, min(count, len(items))).astype(int))
    return [items[place] for place in places]


def sort_of(root: Path, files: Sequence[str], hint: str) -> str:
    """The sort of a group: "image", "label", "depth", or "" if no file can be read.

    Args:
        root: The folder.
        files: Paths relative to it.
        hint: The names of the files' directory and group, which decide where content does not.
    """
    votes = [vote for vote in (_vote(root / f, hint) for f in evenly(files, _SAMPLE)) if vote]
    return max(set(votes), key=votes.count) if votes else ""


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
    if values.ndim == 3 and (values == values[..., :1]).all():
        values = values[..., 0]
    if values.dtype.kind == "f":
        return "depth"
    if "palette" in stored.form:
        return "image" if values.ndim == 3 else "label"
    if values.ndim == 3:
        few = len(np.unique(values[::3, ::3].reshape(-1, values.shape[2]), axis=0)) <= _FEW
        return "label" if few or (_LABEL.search(hint) and not values[..., 1:].any()) else "image"
    few = len(np.unique(values)) <= _FEW
    wide = values.dtype.itemsize > 1
    if _DEPTH.search(hint) and not _LABEL.search(hint):
        return "depth"
    if few or (wide and _LABEL.search(hint)):
        return "label"
    return "depth" if wide else "image"
