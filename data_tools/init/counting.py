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

_SAMPLE = 2000
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
    """Counts in up to 2,000 masks, evenly spread; those that cannot be read are passed over.

    One mask of many colours decides that all masks hold colours: a mask that shows one thing may
    be all red, or all grey, and looks like ids.

    Raises:
        DataError: More than 256 ids or colours, as of a photo or a mask that was saved with losses;
            or fractions.
    """
    found = Counted()
    for file, mask in with_progress("Counting classes", evenly(files, _SAMPLE), _look):
        if mask is None:
            continue
        found.masks += 1
        found.alone += mask.alone
        found.stored = mask.stored if mask.stored in ("colors", "red") else found.stored
        found.stored = found.stored or mask.stored
        found.ids.update(mask.ids)
        found.colours.update(mask.colours)
        if found.stored == "colors":
            _check(len(found.colours), file)
    if found.stored == "colors":
        found.ids.clear()
        return found
    found.colours.clear()
    found.divide = _instances(found.ids, files[0])
    classes: Counter[int] = Counter()
    for number, pixels in found.ids.items():
        classes[number // found.divide] += pixels
    found.ids = classes
    _check(len(found.ids), files[0])
    return found


def _look(file: Path) -> Counted | None:
    """What one mask holds: ids, and the colours that these would be; None if it cannot be read."""
    try:
        values = read_values(file, "label").values
    except DataError:  # verify says why
        return None
    if values.dtype.kind == "f":
        if not np.isfinite(values).all() or (values != np.floor(values)).any():
            raise DataError(
                f"Masks of fractions: {file}. Expected whole numbers, the ids of classes; save "
                f"them as integers. Received: {values.dtype}."
            )
        values = values.astype(np.int64)
    if values.ndim == 2:
        return Counted(1, ids=Counter(_counts(values)), alone=1)
    if values.dtype.itemsize > 1:
        stored = "red" if _has_colours(values) else "ids"
        return Counted(1, stored, ids=Counter(_counts(values[..., 0])))
    colours = Counter(_colours(values))
    ids: Counter[int] = Counter()
    for (red, _, _), pixels in colours.items():
        ids[red] += pixels
    return Counted(
        1, "colors" if _has_colours(np.array(list(colours))) else "ids", ids=ids, colours=colours
    )


def _counts(values: np.ndarray) -> dict[int, int]:
    # Masks are made of runs of one value, of which there are far fewer than pixels to be sorted.
    flat = values.ravel()
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]]))
    unique, places = np.unique(flat[starts], return_inverse=True)
    counts = np.bincount(places, np.diff(starts, append=flat.size)).astype(int)
    return dict(zip(unique.astype(int).tolist(), counts.tolist(), strict=True))


def _colours(values: np.ndarray) -> dict[Colour, int]:
    red, green, blue = np.moveaxis(values.astype(np.int32), -1, 0)
    codes = _counts(red << 16 | green << 8 | blue)
    return {(code >> 16, code >> 8 & 255, code & 255): pixels for code, pixels in codes.items()}


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
