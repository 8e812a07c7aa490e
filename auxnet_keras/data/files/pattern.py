"""Finds files by a pattern and names them so that images, labels and depth pair up."""

import re
from collections.abc import Sequence
from pathlib import Path

from auxnet_keras.data.files.listing import (
    add_once,
    composed,
    files_below,
    inside,
    without_ending,
)
from auxnet_keras.errors import DataError

MAX_STARS, MAX_FOLDERS = 3, 2


def match_files(
    root: Path, pattern: str, endings: Sequence[str], refused: Sequence[str] = ()
) -> dict[str, Path]:
    """Files that match a pattern, by frame name.

    Without wildcards, the pattern is a folder, and a frame's name is the file's path in it without
    the ending. With wildcards, the name is what they match: "*/rgb/*_left.png" and "*/depth/*.png"
    pair "a/rgb/7_left.png" with "a/depth/7.png" as "a/7". `*` matches part of one name, `**` any
    number of folders; there are no others. The ending belongs to no name: "rgb/*" and "rgb/*.png"
    name "rgb/7.png" alike, and so does "rgb/*.*".

    Args:
        root: The folder that the pattern starts from.
        pattern: A folder, or a path with wildcards.
        endings: Endings of the files, in any case.
        refused: Endings that count where no file with one of `endings` has the name: their reader
            says why it refuses them.

    Raises:
        DataError: Two files with the same name, or so many wildcards that matching could take
            forever.
    """
    parts = Path(pattern.removesuffix(".*") if "*" in pattern else pattern).parts
    _check(root, pattern, parts)
    wild = next((i for i, part in enumerate(parts) if "*" in part), None)
    base = inside(root, parts[:wild])
    ended = without_ending(pattern, [*endings, *refused]) is not None
    matcher = None
    if wild is not None:
        matcher = re.compile(_expression(tuple(map(composed, parts[wild:]))), re.IGNORECASE)
    found: dict[str, Path] = {}
    otherwise: dict[str, Path] = {}
    for file in files_below(base):
        for kind, place in ((endings, found), (refused, otherwise)):
            stem = without_ending(file, kind)
            if stem is None:
                continue
            name = _name(matcher, composed(file if ended and matcher else stem))
            if name is not None:
                add_once(place, name, base / file)
            break
    return otherwise | found


def _name(matcher: re.Pattern[str] | None, path: str) -> str | None:
    if matcher is None:
        return path
    match = matcher.fullmatch(path)
    return match and "/".join(group for group in match.groups() if group)


def unknown_wildcards(pattern: str) -> str:
    """A sentence about `?`, `[` and `{` in a pattern, which stand for themselves; or nothing."""
    found = [letter for letter in "?[{" if letter in pattern]
    if not found:
        return ""
    return f" Only * and ** are wildcards; {' and '.join(found)} in it stands for itself."


def _check(root: Path, pattern: str, parts: tuple[str, ...]) -> None:
    # The matcher tries every way to divide a name among the wildcards, and these multiply.
    many = parts.count("**") > MAX_FOLDERS or any(
        len(re.findall(r"\*+", part)) > MAX_STARS for part in parts
    )
    if many:
        raise DataError(
            f"Too many wildcards in a pattern for {root}. Expected at most "
            f"{MAX_FOLDERS} '**' in all and {MAX_STARS} '*' in one name; spell out the parts that "
            f"do not change. Received: {pattern!r}."
        )


def _expression(parts: tuple[str, ...]) -> str:
    pieces = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            pieces.append("(.+)" if last else "(?:(.+)/)?")
        else:
            name = "([^/]*)".join(map(re.escape, re.split(r"\*+", part)))
            pieces.append(name + ("" if last else "/"))
    return "".join(pieces)
