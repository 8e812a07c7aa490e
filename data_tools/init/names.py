"""Names of classes: from files that tools write beside masks, and from well-known palettes."""

import csv
from pathlib import Path

from auxnet_keras.data.files.listing import files_below
from auxnet_keras.data.readers.cityscapes_labels import CITYSCAPES_34
from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_text

Colour = tuple[int, int, int]

_LISTS = ("classes.txt", "labels.txt", "label_names.txt", "codes.txt", "class_names.txt")
_TABLES = ("labelmap.txt", "class_dict.csv")

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


def names_beside(root: Path) -> tuple[list[str], dict[Colour, str]]:
    """Names by id, and by colour, from the files that tools write; both may be empty."""
    files = sorted(file for file in files_below(root) if file.count("/") < 3)
    by_id: list[str] = []
    by_colour: dict[Colour, str] = {}
    for file in files:
        name = file.rpartition("/")[2].lower()
        if name in _LISTS and not by_id:
            by_id = [line.strip() for line in _text(root / file).splitlines() if line.strip()]
        elif name in _TABLES and not by_colour:
            by_colour = _table(_text(root / file))
    return by_id, by_colour


def _text(path: Path) -> str:
    try:
        return read_text(path).removeprefix("\ufeff")
    except DataError:
        return ""


def _table(text: str) -> dict[Colour, str]:
    """`name:r,g,b:parts:actions` (CVAT) or `name,r,g,b`; other lines are passed over."""
    found: dict[Colour, str] = {}
    for words in csv.reader(line.replace(":", ",") for line in text.splitlines()):
        numbers = [word.strip() for word in words[1:4]]
        if len(numbers) == 3 and all(word.isdecimal() and int(word) < 256 for word in numbers):
            red, green, blue = map(int, numbers)
            found.setdefault((red, green, blue), words[0].strip())
    return found
