"""Names of classes: from files that tools write beside masks, and from well-known palettes."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from auxnet_keras.data.files.listing import files_below
from auxnet_keras.data.readers.cityscapes_labels import CITYSCAPES_34
from auxnet_keras.data.readers.folder_yaml import is_line
from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_text

Colour = tuple[int, int, int]

_LISTS = ("classes.txt", "labels.txt", "label_names.txt", "codes.txt", "class_names.txt")
_TABLES = ("labelmap.txt", "class_dict.csv", "class_dict_seg.csv")
_NUMBERS = r"\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*"
_CVAT = re.compile(rf"(.*):{_NUMBERS}(?::|$)")
_CSV = re.compile(rf"(.*?),{_NUMBERS}(?:,|$)")

CAMVID: dict[Colour, str] = {
    (64, 128, 64): "Animal",
    (192, 0, 128): "Archway",
    (0, 128, 192): "Bicyclist",
    (0, 128, 64): "Bridge",
    (128, 0, 0): "Building",
    (64, 0, 128): "Car",
    (64, 0, 192): "CartLuggagePram",
    (192, 128, 64): "Child",
    (192, 192, 128): "Column_Pole",
    (64, 64, 128): "Fence",
    (128, 0, 192): "LaneMkgsDriv",
    (192, 0, 64): "LaneMkgsNonDriv",
    (128, 128, 64): "Misc_Text",
    (192, 0, 192): "MotorcycleScooter",
    (128, 64, 64): "OtherMoving",
    (64, 192, 128): "ParkingBlock",
    (64, 64, 0): "Pedestrian",
    (128, 64, 128): "Road",
    (128, 128, 192): "RoadShoulder",
    (0, 0, 192): "Sidewalk",
    (192, 128, 128): "SignSymbol",
    (128, 128, 128): "Sky",
    (64, 128, 192): "SUVPickupTruck",
    (0, 0, 64): "TrafficCone",
    (0, 64, 64): "TrafficLight",
    (192, 64, 128): "Train",
    (128, 128, 0): "Tree",
    (192, 128, 192): "Truck_Bus",
    (64, 0, 64): "Tunnel",
    (192, 192, 0): "VegetationMisc",
    (64, 192, 0): "Wall",
}
"""The official colours of CamVid; black is Void."""


def _cityscapes() -> dict[Colour, str]:
    pairs = zip(CITYSCAPES_34.palette.tolist(), CITYSCAPES_34.names, strict=True)
    return {(red, green, blue): name for (red, green, blue), name in pairs if red + green + blue}


def known_colours(colours: set[Colour]) -> dict[Colour, str]:
    """Names of colours, if one well-known palette has all of them (black aside)."""
    for palette in (CAMVID, _cityscapes()):
        if colours - {(0, 0, 0)} <= palette.keys():
            return palette
    return {}


@dataclass
class Names:
    """Names of classes that files beside the masks give.

    Args:
        by_id: In the order of ids, from `id_file`.
        by_colour: Colour to name, from `colour_file`.
    """

    by_id: list[str] = field(default_factory=list)
    by_colour: dict[Colour, str] = field(default_factory=dict)
    id_file: str = ""
    colour_file: str = ""


def names_beside(root: Path) -> Names:
    """Names from the files that tools write; both sorts may be empty."""
    found = Names()
    for file in sorted(file for file in files_below(root) if file.count("/") < 3):
        name = file.rpartition("/")[2].lower()
        if name in _LISTS and not found.by_id:
            lines = [line.strip() for line in _text(root / file).splitlines()]
            found.by_id = [line for line in lines if is_line(line)]
            found.id_file = file
        elif name in _TABLES and not found.by_colour:
            found.by_colour = _table(_text(root / file))
            found.colour_file = file
    return found


def _text(path: Path) -> str:
    try:
        return read_text(path).removeprefix("\ufeff")
    except DataError:
        return ""


def _table(text: str) -> dict[Colour, str]:
    """`name:r,g,b:parts:actions` (CVAT) or `name,r,g,b`; other lines are passed over."""
    found: dict[Colour, str] = {}
    for line in text.splitlines():
        match = _CVAT.match(line) or _CSV.match(line)
        numbers = [int(number) for number in match.groups()[1:]] if match else []
        name = match[1].strip().strip('"').strip() if match else ""
        if numbers and max(numbers) < 256 and is_line(name):
            red, green, blue = numbers
            found.setdefault((red, green, blue), name)
    return found
