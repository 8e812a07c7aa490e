"""Counts the ids or colours of masks, and finds out how the masks store them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.errors import DataError
from data_tools.init.names import Colour
from data_tools.init.sorts import evenly
from data_tools.progress import with_progress

_SAMPLE = 500
_MOST = 256
_INSTANCES = (1000, 256)  # Cityscapes' and KITTI's factors


@dataclass
class Counted:
    """What was counted.

    Args:
        masks: The masks read.
        stored: How the masks store ids: "ids" in three channels, "red" beside other numbers,
            "colors"; "" in one channel.
        divide: What an id of an instance is divided by for the id of its class.
        ids: Id to pixels; empty for colours.
        colours: Colour to pixels; empty for ids.
        alone: Masks of one channel among masks of colours.
    """

    masks: int = 0
    stored: str = ""
    divide: int = 1
    ids: Counter[int] = field(default_factory=Counter)
    colours: Counter[Colour] = field(default_factory=Counter)
    alone: int = 0


def count(files: Sequence[Path]) -> Counted:
    """Counts in up to 500 masks, evenly spread; those that cannot be read are passed over.

    One mask of many colours decides that all masks hold colours: a mask that shows one thing may
    be all red, or all grey, and looks like ids.

    Raises:
        DataError: More than 256 ids or colours, as of a photo or a mask that was saved with losses;
            or fractions.
    """
    found = Counted()
    single: Counter[int] = Counter()
    red: Counter[int] = Counter()
    sample = evenly(files, _SAMPLE)
    for file, values in with_progress("Counting classes", sample, _values):
        if values is None:
            continue
        found.masks += 1
        if values.ndim == 2:
            found.alone += 1
            single.update(_counts(values))
            continue
        red.update(_counts(values[..., 0]))
        if _has_colours(values):
            found.stored = "red" if values.dtype.itemsize > 1 else "colors"
        if values.dtype.itemsize == 1:
            codes = values.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
            found.colours.update({_colour(c): pixels for c, pixels in _counts(codes).items()})
        if found.stored == "colors":
            _check(len(found.colours), file)
    if found.stored == "colors":
        return found
    found.stored = found.stored or ("ids" if red else "")
    found.colours.clear()
    found.ids = single + red
    found.divide = _instances(found.ids, files[0])
    classes: Counter[int] = Counter()
    for number, pixels in found.ids.items():
        classes[number // found.divide] += pixels
    found.ids = classes
    _check(len(found.ids), files[0])
    return found


def _values(file: Path) -> np.ndarray | None:
    """Integers [H, W] or [H, W, 3]; None if they cannot be read."""
    try:
        values = read_values(file, "label").values
    except DataError:  # verify says why
        return None
    if values.dtype.kind == "f":
        if np.isfinite(values).all() and (values == np.floor(values)).all():
            return values.astype(np.int64)
        raise DataError(
            f"Masks of fractions: {file}. Expected whole numbers, the ids of classes; save "
            f"them as integers. Received: {values.dtype}."
        )
    return values


def _counts(values: np.ndarray) -> dict[int, int]:
    unique, counts = np.unique(values, return_counts=True)
    return dict(zip(unique.astype(int).tolist(), counts.tolist(), strict=True))


def _colour(code: int) -> Colour:
    return code >> 16, code >> 8 & 255, code & 255


def _has_colours(values: np.ndarray) -> bool:
    """More than ids in red alone, or in three equal channels."""
    return bool(values[..., 1:].any()) and not (values == values[..., :1]).all()


def _instances(ids: Counter[int], file: Path) -> int:
    """The factor of masks that hold `id * factor + number`; 1 for others.

    Raises:
        DataError: They do, and hold ids without a number too.
    """
    numbers = [number for number in ids if number > 0]
    largest = max(numbers, default=0)
    # Numbers of instances are small, so the right factor leaves small remainders.
    spread = {f: max(n % f for n in numbers) / f for f in _INSTANCES if largest >= f}
    factor = min(spread, key=spread.__getitem__, default=1)
    if factor == 1 or spread[factor] >= 0.5:
        return 1
    bare = [number for number in numbers if number < factor]
    usual = factor == _INSTANCES[0]
    if not bare or (max(bare) > largest // factor and (usual or len(ids) > _MOST)):
        return factor  # the bare ones are instances of class 0
    if not usual:
        return 1
    raise DataError(
        f"Masks of instances: {file}. Expected ids of classes; use masks of classes, or, if every "
        f"value is id * {factor} + number, describe the folder by hand with labels: {{files: ..., "
        f"divide: {factor}}}. Received: values up to {max(bare)} without a class, such as "
        f"{max(bare)}, and values with one, such as {largest}."
    )


def _check(number: int, file: Path) -> None:
    if number > _MOST:
        raise DataError(
            f"Not a mask: {file}. Expected at most {_MOST} ids or colours; masks that were "
            "blurred, resized or saved as JPEG have more. Describe the folder by hand. "
            f"Received: {number:,} of them."
        )
