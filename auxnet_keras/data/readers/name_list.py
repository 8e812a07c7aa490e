"""Lists of frames as tools write them: one line a frame, with or without folders and endings."""

import codecs
import difflib
import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.listing import composed, without_ending
from auxnet_keras.errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_names(path: Path, names: Collection[str]) -> set[str]:
    """The frames that a list names.

    A line is a frame's name, or the path of its image, of which as many folders count as are in
    the name; after it, a label's path may follow. UTF-8 or UTF-16.

    Args:
        path: The list.
        names: The names of all frames.

    Raises:
        DataError: A line names no frame, or several.
    """
    ends: dict[str, list[str]] = {}
    for name in names:
        parts = name.split("/")
        for start in range(len(parts)):
            ends.setdefault("/".join(parts[start:]), []).append(name)
    found = set()
    for line in _text(path).splitlines():
        line = composed(line.strip())
        if not line:
            continue
        named = _named(line, names, ends)
        if len(named) != 1:
            raise _unknown(path, line, named, names)
        found.add(named[0])
    return found


def _named(line: str, names: Collection[str], ends: dict[str, list[str]]) -> list[str]:
    """The frames that a line may mean: as it stands, else its first field."""
    for field in (line, *re.split(r"[\t,; ]", line, maxsplit=1)[:1]):
        field = field.strip().strip('"').replace("\\", "/")
        stem = without_ending(field, IMAGES) or field
        for whole in (field, stem):
            if whole in names:
                return [whole]
        parts = PurePosixPath(stem).parts
        for start in range(len(parts)):
            named = ends.get("/".join(parts[start:]), [])
            if named:
                return named
    return []


def _text(path: Path) -> str:
    data = png.file_bytes(path)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data[:200]:  # UTF-16 without its mark
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    return data.decode(encoding, errors="replace")


def _unknown(path: Path, line: str, named: list[str], names: Collection[str]) -> DataError:
    near = difflib.get_close_matches(line, names, n=1, cutoff=0.4)
    what = "A line names several frames" if named else "Unknown frame"
    example = (
        " or ".join(map(repr, sorted(named)[:2])) if named else repr((near or sorted(names))[0])
    )
    return DataError(
        f"{what} in {path}. Expected one frame name per line, such as {example}; correct or remove "
        f"it. Received: {line[:200]!r}."
    )
