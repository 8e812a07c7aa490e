"""The classes of a `dataset.yaml`: their ids, and the colours that stand for them in masks."""

from dataclasses import dataclass
from typing import Any

from auxnet_keras.data.labels import UNIFIED, LabelTable, voc_colour
from auxnet_keras.data.readers.folder_yaml import FolderYaml, is_id, is_ids, is_line

Colour = tuple[int, int, int]

USUAL = UNIFIED | {
    "tree": UNIFIED["vegetation"],
    "bicyclist": UNIFIED["cyclist"],
    "pavement": UNIFIED["sidewalk"],
    "sign symbol": UNIFIED["sign"],
}
"""Colours of class names that several data sets share: CamVid's, for SYNTHIA too."""


@dataclass(frozen=True)
class Classes:
    """The classes of a folder.

    Args:
        table: File ids to classes.
        colours: RGB colour in a mask to file id, -1 for a colour that is ignored.
    """

    table: LabelTable
    colours: dict[Colour, int]


def read_classes(yaml: FolderYaml) -> Classes:
    """Reads `classes`, `ignore` and `others`.

    Raises:
        DataError: A missing, unknown or invalid key.
    """
    top = yaml.top
    entries = yaml.get(top, "classes", "label ids and names, as in '0: road'", _is_classes)
    shown: dict[str, Colour] = {}
    ids: dict[str, list[int]] = {}
    masks: dict[Colour, int] = {}
    for number, entry in entries.items():
        key = f"classes.{number}"
        if not is_id(number):
            raise yaml.invalid(key, "a label id, 0 to 65535", number)
        if isinstance(entry, str):
            entry = {"name": entry}
        entry = yaml.mapping(entry, key, ("name", "color"))
        name = yaml.get(entry, f"{key}.name", "a class name on one line", is_line)
        expected = "[red, green, blue], each 0 to 255, or a list of these"
        given = _colours(yaml.get(entry, f"{key}.color", expected, _are_colours, []))
        usual = USUAL.get(name.lower())
        for colour in given or ([usual] if usual else []):
            if masks.setdefault(colour, number) != number and given:
                raise yaml.invalid(f"{key}.color", "a colour of no other class", list(colour))
        if given or name not in shown:
            shown[name] = (given or [UNIFIED.get(name) or voc_colour(len(shown))])[0]
        ids.setdefault(name, []).append(number)
    masks.setdefault((0, 0, 0), -1)
    return Classes(LabelTable(shown, ids, *_ignored(yaml, set(entries))), masks)


def _ignored(yaml: FolderYaml, classes: set[int]) -> tuple[set[int], bool]:
    """The ids that are ignored, and whether all ids that are not listed are."""
    ignored = yaml.get(yaml.top, "ignore", "a list of label ids, 0 to 65535", is_ids, [255])
    both = sorted(set(ignored) & classes)
    if both and "ignore" in yaml.top:
        raise yaml.invalid("ignore", "ids that are not in classes", both)
    others = yaml.choice(yaml.top, "others", ("ignore", "error"), "error")
    return set(ignored) - classes, others == "ignore"


def _colours(value: list) -> list[Colour]:
    listed = value if not value or isinstance(value[0], list) else [value]
    return [(int(red), int(green), int(blue)) for red, green, blue in listed]


def _is_colour(value: Any) -> bool:
    return is_ids(value) and len(value) == 3 and max(value) <= 255


def _are_colours(value: Any) -> bool:
    return _is_colour(value) or (
        isinstance(value, list) and bool(value) and all(map(_is_colour, value))
    )


def _is_classes(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)
