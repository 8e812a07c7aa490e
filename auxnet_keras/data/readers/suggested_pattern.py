"""Finds the pattern that would have paired files with images."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from auxnet_keras.data.files.listing import composed, without_ending
from auxnet_keras.data.files.pattern import match_files
from auxnet_keras.errors import DataError

_SAMPLE = 200  # images whose names are compared


def pairs(images: Iterable[str], files: Mapping[str, Path]) -> dict[str, Path]:
    """Image name to file: of the same name, or of the only name that differs in case alone."""
    folded: dict[str, list[str]] = {}
    for name in files:
        folded.setdefault(name.casefold(), []).append(name)
    found = {}
    for image in images:
        alike = folded.get(image.casefold(), [])
        if image in files:
            found[image] = files[image]
        elif len(alike) == 1:
            found[image] = files[alike[0]]
    return found


def advice(
    root: Path,
    key: str,
    base: Path,
    files: Sequence[str],
    images: Mapping[str, Path],
    endings: Sequence[str],
) -> str:
    """A sentence with the pattern that pairs most files with images; "" if none does.

    Args:
        root: The folder of the data set.
        key: The key of the description, such as "labels".
        base: The folder of the files.
        files: Their paths in it.
        images: Frame name to image.
        endings: Endings of such files.
    """
    whole = suggestion(root, base, files, images, endings)
    if whole is not None:
        return f'This pattern pairs {whole[1]} of them: {key}: "{whole[0]}". '
    parts = _by_parts_of_names(root, base, files, images, endings)
    if parts is not None:
        first, second, count = parts
        return f'These patterns pair {count} of them: images: "{first}", {key}: "{second}". '
    return ""


def suggestion(
    root: Path, base: Path, files: Sequence[str], images: Mapping[str, Path], endings: Sequence[str]
) -> tuple[str, int] | None:
    """A pattern that pairs files with images, and how many; None if none is found.

    Tries what stands before and after the image's name in the file's, most frequent first.
    """
    stems = {_stem(file, endings): file for file in files}
    votes: Counter[str] = Counter()
    for image in list(images)[:_SAMPLE]:
        short = image.rpartition("/")[2]
        for stem, file in stems.items():
            if short.casefold() in stem.casefold():
                ending = file[len(file) - (len(Path(file).name) - len(Path(stem).name)) :]
                name = re.sub(
                    re.escape(composed(short)), "*", composed(Path(stem).name), flags=re.I
                )
                name = name.replace("**", "*") + ending
                for folders in _folders(root, base, file):
                    votes[folders + name] += 1
    for pattern, _ in votes.most_common(5):
        try:
            found = pairs(images, match_files(root, pattern, endings))
        except DataError:
            continue
        if found:
            return pattern, len(found)
    return None


def _stem(file: str, endings: Sequence[str]) -> str:
    stem = without_ending(file, endings)
    return file if stem is None else stem


def _folders(root: Path, base: Path, file: str) -> set[str]:
    """The folders before a file's name in a pattern: those inside `base` as they are, and any."""
    start = base.relative_to(root).as_posix()
    start = "" if start == "." else f"{start}/"
    inner = file.rpartition("/")[0]
    return {start + (f"{inner}/" if inner else ""), start + "*/" * file.count("/")}


def _by_parts_of_names(
    root: Path, base: Path, files: Sequence[str], images: Mapping[str, Path], endings: Sequence[str]
) -> tuple[str, str, int] | None:
    """Tries what is left of both names without what all images, or all files, have in common."""
    first = _cores(image.relative_to(root).as_posix() for image in images.values())
    start = "" if base == root else f"{base.relative_to(root).as_posix()}/"
    second = _cores(start + file for file in files if without_ending(file, endings) is not None)
    if first is None or second is None:
        return None
    common = len(first[1] & second[1])
    return (first[0], second[0], common) if common else None


def _cores(paths: Iterable[str]) -> tuple[str, set[str]] | None:
    """A pattern for the files of one folder, and what its wildcard matches."""
    split = [path.rpartition("/") for path in paths]
    if len(split) < 2 or len({folder for folder, _, _ in split}) != 1:
        return None
    names = [composed(name) for _, _, name in split]
    # Digits belong to the number of a frame, even if all numbers begin or end with them.
    before = os.path.commonprefix(names).rstrip("0123456789")  # noqa: RUF071
    backwards = [name[::-1] for name in names]
    after = os.path.commonprefix(backwards)[::-1].lstrip("0123456789")  # noqa: RUF071
    cores = {name[len(before) : len(name) - len(after)] for name in names}
    folder = f"{split[0][0]}/" if split[0][0] else ""
    return f"{folder}{before}*{after}", cores
