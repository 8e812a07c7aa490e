"""Reads values from a `dataset.yaml`; every error names the file and the key."""

import reprlib
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from auxnet_keras.errors import DataError, unknown
from auxnet_keras.safety import YamlError, plain_yaml, read_text

FILE = "dataset.yaml"
EXAMPLE = Path(__file__).with_name("dataset.example.yaml")
SPLITS = ("train", "val", "test")

_PLACE = "a folder or a pattern such as '*/rgb/*.png'"


class FolderYaml:
    """The content of a folder's `dataset.yaml`.

    Args:
        root: The folder.

    Raises:
        DataError: No such file, or not YAML.
    """

    def __init__(self, root: Path) -> None:
        self.path = path = root / FILE
        if not path.is_file():
            raise DataError(
                f"No {FILE} in {path.parent}. Expected a description of the folder's files; write "
                f"one with `auxnet data init {path.parent}`, or copy {EXAMPLE} there and edit it. "
                f"{_elsewhere(root)}Received: no such file."
            )
        self.text = read_text(path)
        try:
            self.top = plain_yaml(self.text.removeprefix("\ufeff"))
        except YamlError as error:
            raise self.invalid("file", "plain YAML", str(error)) from error

    def invalid(self, key: str, expected: str, received: Any) -> DataError:
        """The error for a value."""
        text = received if isinstance(received, str) else reprlib.repr(received)
        line = " ".join(text.split())[:200]
        return DataError(f"{self.path}, {key}: expected {expected}. Received: {line}.")

    def mapping(self, value: Any, key: str, known: Iterable[str]) -> dict:
        """A mapping without unknown keys."""
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
        """A value that must be `good`; `default` if the key is missing."""
        name = key.rsplit(".", 1)[-1]
        if name not in where:
            if default:
                return default[0]
            raise self.invalid(key, expected, "no such key")
        if not good(where[name]):
            raise self.invalid(key, expected, where[name])
        return where[name]

    def choice(self, where: dict, key: str, known: tuple[str, ...], *default: str | None) -> Any:
        """One of some words."""
        value = self.get(where, key, f"one of {', '.join(known)}", is_text, *default)
        if value not in (*known, *default):
            raise unknown(f"{key} in {self.path}", value, known, DataError)
        return value

    def place(self, where: dict, key: str, expected: str = _PLACE) -> str:
        """A path or pattern inside the folder."""
        place = self.get(where, key, expected, is_text)
        if Path(place).is_absolute() or ".." in Path(place).parts:
            inside = f"{expected} inside the folder of {FILE}"
            raise self.invalid(key, inside, place)
        return place

    def places(self, where: dict, key: str) -> dict[str, str]:
        """Split to place; the only split is "" if there is one place for all of them."""
        value = where.get(key.rsplit(".", 1)[-1])
        if not isinstance(value, dict):
            return {"": self.place(where, key)}
        splits = self.mapping(value, key, SPLITS)
        if not splits:
            raise self.invalid(key, f"{_PLACE}, or one for each of {', '.join(SPLITS)}", value)
        return {split: self.place(splits, f"{key}.{split}") for split in splits}


def _elsewhere(root: Path) -> str:
    """A sentence about a description one level above or below; or nothing."""
    try:
        near = [path for path in sorted(root.iterdir()) if (path / FILE).is_file()]
    except OSError:
        near = []
    if (root.resolve().parent / FILE).is_file():
        near.append(root.resolve().parent)
    return f"There is one in {near[0]}. " if near else ""


def is_line(value: Any) -> bool:
    """Text on one line."""
    # Control characters would reach the terminal, where some are commands.
    control = is_text(value) and any(unicodedata.category(letter) == "Cc" for letter in value)
    return is_text(value) and value.splitlines() == [value] and not control


def is_text(value: Any) -> bool:
    """Text that may be a file name: without a NUL or half a character, as YAML can hold."""
    return (
        isinstance(value, str)
        and bool(value)
        and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
    )


def is_number(value: Any) -> bool:
    """A finite number of a sensible size."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def is_positive(value: Any) -> bool:
    """A number above 0."""
    return is_number(value) and value > 0


def is_share(value: Any) -> bool:
    """A number between 0 and 1."""
    return is_number(value) and 0 < value < 1


def is_id(value: Any) -> bool:
    """A label id, 0 to 65535."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 65535


def is_ids(value: Any) -> bool:
    """A list of label ids."""
    return isinstance(value, list) and all(map(is_id, value))
