"""Finds files by a pattern and names them so that images, labels and depth pair up."""

import re
from pathlib import Path

from auxnet_keras.data.files.listing import files_below
from auxnet_keras.errors import DataError

MAX_STARS, MAX_FOLDERS = 3, 2


def match_files(root: Path, pattern: str, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Files that match a pattern, by frame name.

    Without wildcards, the pattern is a folder and a frame's name is the file's path in it, without
    the suffix. With wildcards, the name is what they match: "*/rgb/*_left.png" and "*/depth/*.png"
    pair "a/rgb/7_left.png" with "a/depth/7.png" as "a/7". `*` matches part of one name, `**` any
    number of folders.

    Raises:
        DataError: Two files with the same name, or so many wildcards that matching could take
            forever.
    """
    parts = Path(pattern).parts
    _check(root, pattern, parts)
    wild = next((i for i, part in enumerate(parts) if "*" in part), None)
    base = root.joinpath(*parts[:wild])
    endings = "|".join(map(re.escape, suffixes))
    if wild is None:
        matcher = re.compile(rf"(.+)(?:{endings})", re.IGNORECASE)
    else:
        matcher = re.compile(_expression(parts[wild:]))
    found: dict[str, Path] = {}
    for file in files_below(base):
        match = matcher.fullmatch(file)
        if match is None or not file.lower().endswith(suffixes):
            continue
        name = "/".join(group for group in match.groups() if group)
        if name in found:
            raise DataError(
                f"Two files for the frame {name!r}: {found[name]} and {base / file}. Expected one; "
                f"make the pattern {pattern!r} distinguish them, or remove one. "
                "Received: two files."
            )
        found[name] = base / file
    return found


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
