"""The lines of a suggested `dataset.yaml`."""

from pathlib import Path

import numpy as np

from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.files.orientation import TURNS, orientation
from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.data.readers.folder_yaml import SPLITS
from auxnet_keras.errors import DataError
from data_tools.init.classes import Counted, lines
from data_tools.init.layout import Places
from data_tools.init.sorts import evenly

_SAMPLE = 20


def _place(key: str, places: Places) -> str:
    if set(places.by_split) == {""}:
        return f'{key}: "{places.by_split[""]}"'
    parts = ", ".join(f'{s}: "{places.by_split[s]}"' for s in SPLITS if s in places.by_split)
    return f"{key}: {{{parts}}}"


def image_lines(images: Places) -> list[str]:
    """The line of `images`."""
    return [_place("images", images)]


def label_lines(root: Path, labels: Places, images: Places, counted: Counted) -> list[str]:
    """The lines of `labels`, `classes` and `ignore`."""
    place = _place("labels", labels)
    size, tag = _first(root, images)
    if tag != 1 and counted.size == size[::-1]:
        place += f"\norientation: upright  # the images have tag {tag}: {TURNS[tag]}"
    elif counted.size != size:
        files = place.removeprefix("labels: ")
        place = (
            f"labels: {{files: {files}, resize: nearest}}  # {_size(counted.size)}, images differ"
        )
    about = f"# Counted in {counted.masks} of {len(labels.files)} masks."
    return [place, about, *lines(root, counted)]


def depth_lines(root: Path, depth: Places, images: Places) -> list[str]:
    """The lines of `depth`, with a guess of the unit and scale."""
    largest, fraction, size, packed = 0.0, False, (0, 0), False
    for file in evenly(depth.files, _SAMPLE):
        try:
            values = read_values(root / file, "depth").values
        except DataError:
            continue
        size, fraction = values.shape[:2], values.dtype.kind == "f"
        packed = values.ndim == 3 and not (values == values[..., :1]).all()
        finite = values[np.isfinite(values)] if fraction else values
        largest = max(largest, float(finite.max(initial=0)))
    disparity = "disp" in " ".join(depth.by_split.values()).lower()
    unit = "disparity_px" if disparity else "metres"
    scale = 1.0 if fraction else (1 / 256 if disparity else 0.01 if largest == 65535 else 0.001)
    short = "px" if disparity else "m"
    found = [
        "depth:",
        f"  {_place('files', depth)}",
        f"  unit: {unit}",
        f"  scale: {scale:.8g}  # a guess: the largest stored value, {largest:g}, is "
        f"{largest * scale:.4g} {short}",
        "  invalid: [0]",
    ]
    if packed:
        found.append("  packed: rgb  # a guess: bytes of one number, the lowest in red")
    if size not in (_first(root, images)[0], _first(root, images)[0][::-1]):
        found.append(f"  resize: nearest  # {_size(size)}, images differ")
    return found


def _first(root: Path, images: Places) -> tuple[tuple[int, int], int]:
    """(height, width) and orientation tag of the first image."""
    path = root / images.files[0]
    try:
        height, width = read_image(path).shape[:2]
    except DataError:
        return (0, 0), 1
    return (height, width), orientation(path.read_bytes())


def _size(size: tuple[int, ...]) -> str:
    return f"{size[1]}x{size[0]}"
