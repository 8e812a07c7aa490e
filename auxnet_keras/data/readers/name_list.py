"""Lists of frames as tools write them: one line a frame, with or without folders and endings."""

import codecs
import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from auxnet_keras.data.files import stored_values
from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.listing import composed, without_ending
from auxnet_keras.data.files.png import MAX_BYTES
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import read_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENDINGS = (*IMAGES, *stored_values.LABELS, *stored_values.REFUSED)


def read_names(path: Path, root: Path, images: Mapping[str, Path]) -> set[str]:
    """The frames that a list names.

    A line is a frame's name or the path of its image, with or without its ending. It may begin with
    more folders than these have, as in an absolute path of another machine, or leave out the first
    ones if one frame alone is meant. After it, a label's path or numbers may follow. UTF-8 or
    UTF-16.

    Args:
        path: The list.
        root: The folder of the data set.
        images: Frame name to image.

    Raises:
        DataError: A line names no frame, or several.
    """
    known = _Names(root, images)
    found = set()
    for line in re.split(r"\r\n|\r|\n", _text(path)):
        line = composed(line.strip())
        if not line:
            continue
        named = next(filter(None, map(known.meant, _readings(line))), set())
        if len(named) != 1:
            raise _unknown(path, line, named, images)
        found |= named
    return found


class _Names:
    """Every way to name a frame."""

    def __init__(self, root: Path, images: Mapping[str, Path]) -> None:
        self._whole: dict[str, str] = {}
        self._ends: dict[str, set[str]] = {}
        for name, image in images.items():
            place = composed(image.relative_to(root).as_posix())
            for whole in (place, without_ending(place, IMAGES) or place, name):
                self._whole[whole] = name
                parts = whole.split("/")
                for start in range(1, len(parts)):
                    self._ends.setdefault("/".join(parts[start:]), set()).add(name)

    def meant(self, field: str) -> set[str]:
        """The frames that a name or path may mean."""
        field = field.strip().strip("\"'").replace("\\", "/").removeprefix("./")
        parts = [part for part in PurePosixPath(field).parts if part != "/"]
        for start in range(len(parts)):  # folders of another machine before it
            rest = "/".join(parts[start:])
            for whole in (rest, without_ending(rest, IMAGES)):
                if whole in self._whole:
                    return {self._whole[whole]}
        shorter = "/".join(parts)
        return self._ends.get(shorter) or self._ends.get(
            without_ending(shorter, IMAGES) or shorter, set()
        )


def _readings(line: str) -> Iterator[str]:
    """The line, and what stands in it before a label: the longest first, names may hold spaces."""
    yield line
    quoted = re.match(r"""(["'])(.+?)\1[\s,;]+\S""", line)
    if quoted:
        yield quoted[2]
    for gap in reversed(list(re.finditer(r"[\t,; ]+", line))):
        field, rest = line[: gap.start()].strip(), line[gap.end() :].strip()
        if _is_label(rest, field):
            yield field


def _is_label(rest: str, field: str) -> bool:
    """Whether what follows an image belongs to it: numbers, or a file as the image is one."""
    stem = without_ending(field, IMAGES)
    both = stem is not None and without_ending(rest, _ENDINGS) is not None
    name = PurePosixPath(stem or field).name
    return both or name in rest or re.fullmatch(r"[-+\d\s]+", rest) is not None


def _text(path: Path) -> str:
    data = read_bytes(path, MAX_BYTES)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data[:200]:  # UTF-16 without its mark
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    return data.decode(encoding, errors="replace")


def _unknown(path: Path, line: str, named: set[str], images: Mapping[str, Path]) -> DataError:
    near = difflib.get_close_matches(line, images, n=1, cutoff=0.4)
    what = "A line names several frames" if named else "Unknown frame"
    example = (
        " or ".join(map(repr, sorted(named)[:2])) if named else repr((near or sorted(images))[0])
    )
    return DataError(
        f"{what} in {path}. Expected one frame name per line, such as {example}; correct or remove "
        f"it. Received: {line[:200]!r}."
    )
