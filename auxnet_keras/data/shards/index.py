"""`shards.json`: what a shard folder holds, and the size and SHA-256 of each of its files."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.data.frame import DatasetInfo
from auxnet_keras.data.labels import UNUSED, LabelTable
from auxnet_keras.data.shards.layout import MAX_COLUMNS, MAX_SHARD
from auxnet_keras.data.units import DepthEncoding
from auxnet_keras.errors import DataError, shown

VERSION = 1
"""Incremented when a reader of the version before could not read what is written."""

_FORMAT = "auxnet_keras shards"
_MOST_CLASSES = 65_536
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of a shard folder: its frames, its bytes and its checksum."""

    frames: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Index:
    """What a shard folder holds.

    Args:
        info: The facts of the data set.
        encoding: How its depth is stored.
        declares: Which of "label" and "depth" it has at all.
        resized: Which of them may have another size than the image.
        finite: Whether NaN and infinity in a depth are damage.
        columns: The file of the columns.
        shards: The shards.
    """

    info: DatasetInfo
    encoding: DepthEncoding
    declares: frozenset[str]
    resized: frozenset[str]
    finite: bool
    columns: FileFacts
    shards: tuple[FileFacts, ...]

    @property
    def label_table(self) -> LabelTable:
        """Labels in shards are train ids; 255 is ignored."""
        names = self.info.class_names
        colours = dict(zip(names, self.info.palette.tolist(), strict=True))
        ids = {name: (number,) for number, name in enumerate(names) if name != UNUSED}
        return LabelTable(
            {name: tuple(colours[name]) for name in ids}, ids, (self.info.ignore_label,)
        )

    @property
    def description(self) -> str:
        """What decides how the files in a record are read, as text."""
        content = self.to_json()
        return json.dumps({key: content[key] for key in _DESCRIPTION}, sort_keys=True)

    def to_json(self) -> dict[str, Any]:
        """The content of the file."""
        info, encoding = self.info, self.encoding
        return {
            "format": _FORMAT,
            "version": VERSION,
            "info": {
                "class_names": list(info.class_names),
                "palette": info.palette.tolist(),
                **{name: getattr(info, name) for name in _INFO},
            },
            "encoding": {
                "invalid": list(encoding.invalid),
                **{name: getattr(encoding, name) for name in _ENCODING},
            },
            "declares": sorted(self.declares),
            "resized": sorted(self.resized),
            "finite": self.finite,
            "columns": _listed(self.columns),
            "shards": [_listed(shard) for shard in self.shards],
        }


_DESCRIPTION = ("info", "encoding", "declares", "resized", "finite")
_INFO = ("depth_unit", "licence", "citation", "scored_metres", "farthest_metres")
_ENCODING = ("unit", "scale", "offset", "far")


def read_index(text: str, where: object) -> Index:
    """Checks the text of a `shards.json`, which may come from anywhere.

    Args:
        text: Its content.
        where: Its place, for error messages.

    Raises:
        DataError: It is not one, or of another version.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(where, "JSON", " ".join(str(error).split())[:100]) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise _wrong(where, f"format {_FORMAT!r}", shown(content)[:100])
    if content.get("version") != VERSION:
        raise DataError(
            f"Shards of another version: {where}. Expected version {VERSION}; convert the data "
            "again, or read it with the version of auxnet_keras that wrote it. "
            f"Received: {shown(content.get('version'))}."
        )
    check = _Check(where)
    info = check.get(content, "info", "a mapping", lambda value: isinstance(value, dict))
    depth = check.get(content, "encoding", "a mapping", lambda value: isinstance(value, dict))
    shards = check.get(content, "shards", "a list", _is_full_list)
    targets = {
        key: frozenset(check.get(content, key, "of label and depth", _is_targets))
        for key in ("declares", "resized")
    }
    return Index(
        info=check.info(info),
        encoding=check.encoding(depth),
        **targets,
        finite=check.get(content, "finite", "true or false", lambda value: value in (True, False)),
        columns=check.file(content.get("columns"), "columns", MAX_COLUMNS),
        shards=tuple(check.file(one, f"shards[{n}]", MAX_SHARD) for n, one in enumerate(shards)),
    )


class _Check:
    """Reads values; every error names the file and the key."""

    def __init__(self, where: object) -> None:
        self._where = where

    def get(self, content: Mapping, key: str, expected: str, good: Callable[[Any], bool]) -> Any:
        if key not in content or not good(content[key]):
            raise _wrong(self._where, f"{key}, {expected}", shown(content.get(key))[:100])
        return content[key]

    def file(self, value: Any, key: str, largest: int) -> FileFacts:
        good = isinstance(value, list) and len(value) == 3 and all(map(is_whole, value[:2]))
        if not good or not 0 < value[0] < 1 << 40 or not 0 < value[1] <= largest:
            raise _wrong(self._where, f"{key}: frames, bytes and SHA-256", shown(value)[:100])
        if not isinstance(value[2], str) or not _SHA256.fullmatch(value[2]):
            raise _wrong(self._where, f"{key}: a SHA-256", shown(value[2])[:100])
        return FileFacts(*value)

    def info(self, value: Mapping) -> DatasetInfo:
        names = self.get(value, "class_names", "a list of different texts", _is_names)
        palette = self.get(value, "palette", "a colour for each class", _is_colours)
        if len(palette) != len(names):
            raise _wrong(self._where, f"{len(names)} colours in palette", str(len(palette)))
        texts = {name: self.get(value, name, "text", _is_text) for name in _INFO[:3]}
        metres = {
            name: self.get(value, name, "a number above 0", _is_positive) for name in _INFO[3:]
        }
        colours = np.array(palette, np.uint8).reshape(-1, 3)
        return DatasetInfo("shards", tuple(names), colours, **texts, **metres)

    def encoding(self, value: Mapping) -> DepthEncoding:
        units = ("disparity_px", "metres", "inverse_depth")
        return DepthEncoding(
            unit=self.get(value, "unit", f"one of {', '.join(units)}", units.__contains__),
            scale=self.get(value, "scale", "a number above 0", _is_positive),
            offset=self.get(value, "offset", "a number", _is_number),
            invalid=tuple(self.get(value, "invalid", "a list of numbers", _is_numbers)),
            far=self.get(
                value, "far", "a number or null", lambda far: far is None or is_whole(far)
            ),
        )


def _listed(file: FileFacts) -> list[Any]:
    return [file.frames, file.size, file.sha256]


def _is_full_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _is_targets(value: Any) -> bool:
    return isinstance(value, list) and all(one in ("label", "depth") for one in value)


def _is_names(value: Any) -> bool:
    few = isinstance(value, list) and len(value) <= _MOST_CLASSES
    lines = few and all(_is_text(name) and name.isprintable() for name in value)
    return lines and len(set(value)) == len(value)


def _is_colours(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, list) and len(one) == 3 and all(is_whole(c) and 0 <= c < 256 for c in one)
        for one in value
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) < 10_000


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _is_numbers(value: Any) -> bool:
    # NaN and infinity may mean "not measured".
    return isinstance(value, list) and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in value
    )


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


def _wrong(where: object, expected: str, received: str) -> DataError:
    return DataError(
        f"Not an index of shards: {where}. Expected {expected}; copy the file or convert the data "
        f"again. Received: {received}.",
        "other_format",
    )
