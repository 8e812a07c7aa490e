"""Reads and checks `dataset.yaml`, which describes the files of your own folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auxnet_keras.data.frame import IGNORE
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.folder_classes import Classes, read_classes
from auxnet_keras.data.readers.folder_yaml import (
    EXAMPLE,
    FILE,
    SPLITS,
    FolderYaml,
    is_number,
    is_positive,
    is_share,
    is_text,
)
from auxnet_keras.data.units import Calibration, DepthEncoding

__all__ = ["EXAMPLE", "FILE", "FolderSpec", "read_spec"]

STORED = ("ids", "colors", "red", "green", "blue")
"""How a mask of three channels stores its classes."""

PACKED = ("rgb", "bgr")
"""How three 8-bit channels pack 24 bits of depth: the lowest byte first."""

_KEYS = ("images", "labels", "depth", "classes", "ignore", "others", "split", "orientation")
_TEXTS = ("licence", "citation")
_LABEL_KEYS = ("files", "stored", "divide", "resize")
_DEPTH_KEYS = ("files", "unit", "scale", "offset", "invalid", "focal", "baseline")
_LIST = "a text file with one frame name per line, or a pattern of names such as 'train/*'"
_UNITS = ("metres", "disparity_px", "inverse_depth")


@dataclass(frozen=True)
class FolderSpec:
    """A checked `dataset.yaml`; paths and patterns are relative to its folder.

    Labels or depth may be absent, not both. Places are by split, or under "" for all of them.

    Args:
        stored: How a mask stores its classes, one of `STORED`; None finds out for every file.
        divide: A label's id is the stored value divided by this, rounded down.
        packed: How three channels pack a depth; None if they do not.
        resized: What may have another size than its image: "label", "depth".
        upright: Whether images are turned as their camera's tag says.
        split: Split to a list of names or a pattern of them.
        ratio: The share that validates, of the frames of "train" or of all, if nothing lists "val".
    """

    images: dict[str, str]
    labels: dict[str, str]
    depth: dict[str, str]
    encoding: DepthEncoding
    calibration: Calibration | None
    classes: Classes
    stored: str | None
    divide: int
    packed: str | None
    resized: frozenset[str]
    upright: bool
    ratio: float
    split: dict[str, str]
    licence: str
    citation: str
    text: str

    @property
    def table(self) -> LabelTable:
        """What the ids mean."""
        return self.classes.table


def read_spec(root: Path) -> FolderSpec:
    """Reads and checks `dataset.yaml` of a folder.

    Raises:
        DataError: No such file, or a missing, unknown or invalid key.
    """
    yaml = FolderYaml(root)
    top = yaml.mapping(yaml.top, "the file", (*_KEYS, *_TEXTS))
    # "none" is what people write; a folder of that name is a folder.
    absent = {key for key in ("labels", "depth") if top.get(key) in (None, "none", False)}
    absent = {key for key in absent if key in top and not (root / "none").is_dir()}
    for key in absent:
        del top[key]
    images = yaml.places(top, "images")
    depth = _depth(yaml, top)
    described = "labels" in top or (
        "labels" not in absent and any(name in top for name in ("classes", "ignore"))
    )
    if not depth["depth"] and not described:
        if "labels" in absent:
            raise yaml.invalid("file", "labels, depth or both", "neither")
        described = True  # so that the key that is missing is named
    labels = _labels(yaml, top) if described else {"labels": {}, "stored": None, "divide": 1}
    resized = {
        what
        for what, key in (("label", "labels"), ("depth", "depth"))
        if isinstance(top.get(key), dict)
        and yaml.choice(top[key], f"{key}.resize", ("nearest",), None)
    }
    nothing = Classes(LabelTable({}, {}, [IGNORE]), {})
    return FolderSpec(
        images=images,
        **labels,
        **depth,
        classes=read_classes(yaml) if described else nothing,
        resized=frozenset(resized),
        upright=yaml.choice(top, "orientation", ("stored", "upright"), "stored") == "upright",
        **_split(yaml, top, set(images) - {""}),
        licence=yaml.get(top, "licence", "text", is_text, "not stated"),
        citation=yaml.get(top, "citation", "text", is_text, "not stated"),
        text=yaml.text,
    )


def _labels(yaml: FolderYaml, top: dict) -> dict[str, Any]:
    labels = top.get("labels")
    if not isinstance(labels, dict) or set(labels) <= set(SPLITS):
        return {"labels": yaml.places(top, "labels"), "stored": None, "divide": 1}
    yaml.mapping(labels, "labels", (*_LABEL_KEYS, *SPLITS))
    return {
        "labels": yaml.places(yaml.mapping(labels, "labels", _LABEL_KEYS), "labels.files"),
        "stored": yaml.choice(labels, "labels.stored", STORED, None),
        "divide": yaml.get(labels, "labels.divide", "an integer above 0", _is_divisor, 1),
    }


def _depth(yaml: FolderYaml, top: dict) -> dict[str, Any]:
    if "depth" not in top:
        nothing = DepthEncoding(unit="metres", scale=1.0)
        return {"depth": {}, "encoding": nothing, "calibration": None, "packed": None}
    depth = yaml.mapping(top["depth"], "depth", (*_DEPTH_KEYS, "packed", "resize"))
    encoding = DepthEncoding(
        unit=yaml.choice(depth, "depth.unit", _UNITS),
        scale=float(yaml.get(depth, "depth.scale", "a positive number", is_positive, 1.0)),
        offset=float(yaml.get(depth, "depth.offset", "a number", is_number, 0.0)),
        invalid=tuple(
            yaml.get(depth, "depth.invalid", "a list of stored values", _are_values, [0])
        ),
    )
    calibration = None
    if "focal" in depth or "baseline" in depth:
        calibration = Calibration(
            float(yaml.get(depth, "depth.focal", "a positive number [px]", is_positive)),
            float(yaml.get(depth, "depth.baseline", "a positive number [m]", is_positive)),
        )
    return {
        "depth": yaml.places(depth, "depth.files"),
        "encoding": encoding,
        "calibration": calibration,
        "packed": yaml.choice(depth, "depth.packed", PACKED, None),
    }


def _split(yaml: FolderYaml, top: dict, places: set[str]) -> dict[str, Any]:
    split = yaml.mapping(top.get("split", {}), "split", (*SPLITS, "ratio"))
    listed = set(split) & set(SPLITS)
    if places and (listed or ("val" in places and split)):
        expected = "no split, because images has a place for each"
        raise yaml.invalid("split", expected, split)
    ratio = 0.2
    if "val" not in listed:
        share = "the share of validation frames, between 0 and 1"
        ratio = float(yaml.get(split, "split.ratio", share, is_share, ratio))
    elif "ratio" in split:
        raise yaml.invalid("split", "either ratio or val", split)
    if listed and "train" not in listed:
        raise yaml.invalid("split.train", _LIST, "no such key")
    files = {each: yaml.place(split, f"split.{each}", _LIST) for each in SPLITS if each in listed}
    return {"ratio": ratio, "split": files}


def _is_divisor(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1 << 24


def _are_values(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value
    )
