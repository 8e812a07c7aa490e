"""The lines of a suggested `dataset.yaml`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.data.readers.folder_yaml import SPLITS
from auxnet_keras.errors import DataError
from data_tools.init.classes import class_lines
from data_tools.init.counting import Counted
from data_tools.init.names import Names
from data_tools.init.places import Places
from data_tools.init.sizes import Sizes
from data_tools.init.sorts import evenly, packing
from data_tools.init.text import comment, quoted

_SAMPLE = 20
_FAR = 655.35  # metres: what is farther is no depth of a scene


def place_text(places: Places) -> str:
    """Places as the value of a key."""
    if not places.divided:
        return quoted(places.by_split[""])
    parts = [f"{s}: {quoted(places.by_split[s])}" for s in SPLITS if s in places.by_split]
    return f"{{{', '.join(parts)}}}"


def label_lines(
    places: Places, number: int, counted: Counted, sizes: Sizes, names: Names
) -> list[str]:
    """The lines of `labels`, `classes` and `ignore`.

    Args:
        places: Where the masks are.
        number: How many there are.
        counted: What was counted in them.
        sizes: How they fit their images.
        names: Names of classes.
    """
    keys = {"stored": counted.stored, "divide": counted.divide if counted.divide > 1 else ""}
    keys["resize"] = "nearest" if sizes.resize else ""
    more = "".join(f", {key}: {value}" for key, value in keys.items() if value)
    files = place_text(places)
    found = [f"labels: {{files: {files}{more}}}" if more else f"labels: {files}"]
    if sizes.resize:
        found[0] += f"  # {sizes.resize}"
    if counted.divide > 1:
        found.append(
            f"# A guess: the masks hold id * {counted.divide} + the number of an instance."
        )
    if counted.stored == "colors" and counted.alone:
        found.append(comment(f"{counted.alone} masks have one channel, and no colours to read."))
    rest = "" if counted.masks == number else "; verify reads the others"
    found.append(f"# Counted in {counted.masks} of {number} masks{rest}.")
    return [*found, *map(comment, sizes.notes), *class_lines(counted, names)]


def depth_lines(places: Places, files: Sequence[Path], sizes: Sizes) -> list[str]:
    """The lines of `depth`, with a guess of the unit and scale.

    Args:
        places: Where the files are.
        files: The files.
        sizes: How they fit their images.
    """
    largest, kinds, packed = 0.0, "", ""
    for file in evenly(files, _SAMPLE):
        try:
            values = read_values(file, "depth").values
        except DataError:
            continue
        kinds += values.dtype.kind if values.dtype.itemsize > 1 else "b"
        packed = packed or packing(values)
        if packed:
            order = [0, 1, 2] if packed == "rgb" else [2, 1, 0]
            values = values[..., order].astype(np.int32) @ np.array([1, 256, 65536], np.int32)
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        largest = max(largest, float(finite.max(initial=0)))
    disparity = "disp" in str(places).lower()
    scale = _scale(largest, "f" in kinds, set(kinds) == {"b"}, packed, disparity)
    found = [
        "depth:",
        f"  files: {place_text(places)}",
        f"  unit: {'disparity_px' if disparity else 'metres'}",
        f"  scale: {scale:.8g}  # a guess: the largest stored value, {largest:g}, is "
        f"{largest * scale:.4g} {'px' if disparity else 'm'}",
        "  invalid: [0]",
    ]
    if packed:
        found.append(
            f"  packed: {packed}  # a guess: the lowest of three bytes in {_FIRST[packed]}"
        )
    if sizes.resize:
        found.append(f"  resize: nearest  # {sizes.resize}")
    return [*found, *map(comment, sizes.notes)]


_FIRST = {"rgb": "red", "bgr": "blue"}


def _scale(largest: float, fraction: bool, bytes_: bool, packed: str, disparity: bool) -> float:
    """Usual scales: CARLA's, KITTI's disparity, SYNTHIA's centimetres, sensors' millimetres."""
    if packed:
        return 1000 / (256**3 - 1)
    if fraction or bytes_:
        return 0.001 if largest > _FAR and not disparity else 1.0
    if disparity:
        return 1 / 256
    return 0.01 if largest == 65535 else 0.001
