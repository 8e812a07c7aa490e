"""Reads and checks `dataset.yaml`, which describes the files of your own folder."""

import reprlib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auxnet_keras.data.frame import IGNORE
from auxnet_keras.data.labels import UNIFIED, LabelTable, voc_colour
from auxnet_keras.data.units import Calibration, DepthEncoding
from auxnet_keras.errors import DataError, unknown
from auxnet_keras.safety import YamlError, plain_yaml, read_text

FILE = "dataset.yaml"
EXAMPLE = Path(__file__).with_name("dataset.example.yaml")

_KEYS = ("images", "labels", "depth", "classes", "ignore", "split", "licence", "citation")
_DEPTH_KEYS = ("files", "unit", "scale", "offset", "invalid", "focal", "baseline")
_DEPTH_UNITS = ("metres", "disparity_px", "inverse_depth")


@dataclass(frozen=True)
class FolderSpec:
    """A checked `dataset.yaml`; paths and patterns are relative to its folder.

    Labels or depth may be absent, not both.
    """

    images: str
    labels: str | None
    depth: str | None
    encoding: DepthEncoding
    calibration: Calibration | None
    table: LabelTable
    ratio: float
    lists: tuple[str, str] | None
    licence: str
    citation: str
    text: str


def read_spec(root: Path) -> FolderSpec:
    """Reads and checks `dataset.yaml` of a folder.

    Raises:
        DataError: No such file, or a missing, unknown or invalid key.
    """
    return _Checker(root / FILE).spec()


class _Checker:
    """Reads values from the YAML; every error names the file and the key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise DataError(
                f"No {FILE} in {path.parent}. Expected a description of the folder's files; copy "
                f"{EXAMPLE} there and edit it. Received: no such file."
            )
        self.text = read_text(path)
        try:
            self.top = plain_yaml(self.text)
        except YamlError as error:
            raise self.invalid("file", "plain YAML", str(error)) from error

    def invalid(self, key: str, expected: str, received: Any) -> DataError:
        text = received if isinstance(received, str) else reprlib.repr(received)
        line = " ".join(text.split())[:200]
        return DataError(f"{self.path}, {key}: expected {expected}. Received: {line}.")

    def mapping(self, value: Any, key: str, known: Iterable[str]) -> dict:
        if not isinstance(value, dict):
            raise self.invalid(key, "keys and values", value)
        known = tuple(known)
        for name in value:
            if name not in known:
                raise unknown(f"key under {key!r} in {self.path}", name, known, DataError)
        return value

    def get(
        self, where: dict, key: str, expected: str, good: Callable[[Any], bool], *default: Any
    ) -> Any:
        name = key.rsplit(".", 1)[-1]
        if name not in where:
            if default:
                return default[0]
            raise self.invalid(key, expected, "no such key")
        if not good(where[name]):
            raise self.invalid(key, expected, where[name])
        return where[name]

    def place(self, where: dict, key: str, expected: str) -> str:
        """A path or pattern inside the folder."""
        place = self.get(where, key, expected, _is_text)
        if Path(place).is_absolute() or ".." in Path(place).parts:
            inside = f"{expected} inside the folder of {FILE}"
            raise self.invalid(key, inside, place)
        return place

    def spec(self) -> FolderSpec:
        top = self.mapping(self.top, "the file", _KEYS)
        depth, encoding, calibration = self.depth(top)
        ratio, lists = self.split(top)
        place = "a folder or a pattern such as '*/rgb/*.png'"
        images = self.place(top, "images", place)
        described = any(name in top for name in ("labels", "classes", "ignore")) or depth is None
        return FolderSpec(
            images=images,
            labels=self.place(top, "labels", place) if described else None,
            depth=depth,
            encoding=encoding,
            calibration=calibration,
            table=self.table(top) if described else LabelTable({}, {}, [IGNORE]),
            ratio=ratio,
            lists=lists,
            licence=self.get(top, "licence", "text", _is_text, "not stated"),
            citation=self.get(top, "citation", "text", _is_text, "not stated"),
            text=self.text,
        )

    def depth(self, top: dict) -> tuple[str | None, DepthEncoding, Calibration | None]:
        if "depth" not in top:
            return None, DepthEncoding(unit="metres", scale=1.0), None
        depth = self.mapping(top["depth"], "depth", _DEPTH_KEYS)
        unit = self.get(depth, "depth.unit", f"one of {', '.join(_DEPTH_UNITS)}", _is_text)
        if unit not in _DEPTH_UNITS:
            raise unknown(f"depth.unit in {self.path}", unit, _DEPTH_UNITS, DataError)
        invalid = self.get(depth, "depth.invalid", "a list of stored values", _is_ids, [0])
        encoding = DepthEncoding(
            unit=unit,
            scale=float(self.get(depth, "depth.scale", "a positive number", _is_positive, 1.0)),
            offset=float(self.get(depth, "depth.offset", "a number", _is_number, 0.0)),
            invalid=tuple(invalid),
        )
        calibration = None
        if "focal" in depth or "baseline" in depth:
            calibration = Calibration(
                float(self.get(depth, "depth.focal", "a positive number [px]", _is_positive)),
                float(self.get(depth, "depth.baseline", "a positive number [m]", _is_positive)),
            )
        place = "a folder or a pattern such as '*/depth/*.png'"
        return self.place(depth, "depth.files", place), encoding, calibration

    def table(self, top: dict) -> LabelTable:
        classes = self.get(top, "classes", "label ids and names, as in '0: road'", _is_classes)
        colours: dict[str, tuple[int, int, int]] = {}
        ids: dict[str, list[int]] = {}
        for number, entry in classes.items():
            key = f"classes.{number}"
            if not _is_id(number):
                raise self.invalid(key, "a label id, 0 to 65535", number)
            if isinstance(entry, str):
                entry = {"name": entry}
            entry = self.mapping(entry, key, ("name", "color"))
            name = self.get(entry, f"{key}.name", "a class name on one line", _is_line)
            colour = self.get(
                entry, f"{key}.color", "[red, green, blue], each 0 to 255", _is_colour, None
            )
            if colour is not None or name not in colours:
                colours[name] = tuple(colour or UNIFIED.get(name) or voc_colour(len(colours)))
            ids.setdefault(name, []).append(number)
        ignored = self.get(top, "ignore", "a list of label ids, 0 to 65535", _is_ids, [255])
        both = sorted(set(ignored) & set(classes))
        if both and "ignore" in top:
            raise self.invalid("ignore", "ids that are not in classes", both)
        return LabelTable(colours, ids, set(ignored) - set(classes))

    def split(self, top: dict) -> tuple[float, tuple[str, str] | None]:
        split = self.mapping(top.get("split", {}), "split", ("train", "val", "ratio"))
        if "train" not in split and "val" not in split:
            share = "the share of validation frames, between 0 and 1"
            return float(self.get(split, "split.ratio", share, _is_share, 0.2)), None
        if "ratio" in split:
            raise self.invalid("split", "either ratio or train and val", split)
        file = "a text file with one frame name per line"
        return 0.0, (
            self.place(split, "split.train", file),
            self.place(split, "split.val", file),
        )


def _is_line(value: Any) -> bool:
    # Control characters would reach the terminal, where some are commands.
    control = _is_text(value) and any(unicodedata.category(letter) == "Cc" for letter in value)
    return _is_text(value) and value.splitlines() == [value] and not control


def _is_text(value: Any) -> bool:
    # A file name holds neither a NUL nor half a character, such as "\ud800" in YAML.
    return (
        isinstance(value, str)
        and bool(value)
        and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 < value < 1


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_id(value: Any) -> bool:
    return _is_integer(value) and 0 <= value <= 65535


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_id, value))


def _is_colour(value: Any) -> bool:
    return _is_ids(value) and len(value) == 3 and max(value) <= 255


def _is_classes(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)
