"""Pairs images with their label or depth files by name, and finds out why they do not pair."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from auxnet_keras.data.files.listing import composed, files_below, without_ending
from auxnet_keras.data.files.pattern import match_files, unknown_wildcards
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


def unpaired(
    root: Path, key: str, pattern: str, images: Mapping[str, Path], endings: Sequence[str]
) -> DataError:
    """The error for files that a description names and that pair with no image.

    Args:
        root: The folder of the data set.
        key: The key of the description, such as "labels".
        pattern: Its value.
        images: Frame name to image.
        endings: Endings of such files.
    """
    parts = Path(pattern).parts
    base = root.joinpath(*parts[: next((i for i, p in enumerate(parts) if "*" in p), None)])
    if not base.is_dir():
        what = "a file" if base.exists() else "no such folder"
        return _error(root, key, pattern, images, f"{what}: {base}", "")
    found = sorted(files_below(base))
    if not found:
        return _error(root, key, pattern, images, f"no file below {base}", "")
    usual = [name for name in found if without_ending(name, endings) is not None]
    if not usual:
        received = f"{len(found)} files of other kinds below {base}, such as {found[0]}"
        return _error(root, key, pattern, images, received, f"Read are {', '.join(endings)}. ")
    name, file = _nearest(images, usual)
    received = f"{len(usual)} files below {base}; the nearest to {name!r} is {base / file}"
    better = suggestion(root, base, usual, images, endings)
    remedy = f'This pattern pairs {better[1]} of them: {key}: "{better[0]}". ' if better else ""
    return _error(root, key, pattern, images, received, remedy)


def _error(
    root: Path, key: str, pattern: str, images: Mapping[str, Path], received: str, remedy: str
) -> DataError:
    return DataError(
        f"No image in {root} has a file of {key}: {pattern!r}. Expected files named like the "
        f"{len(images)} images, such as {next(iter(images))!r}.{unknown_wildcards(pattern)} "
        f"{remedy}Correct the pattern, or remove the key. Received: {received}.",
        "absent",
    )


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
                votes[_below(root, base, file) + name.replace("**", "*") + ending] += 1
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


def _below(root: Path, base: Path, file: str) -> str:
    """The folders before a file's name in a pattern: those inside `base` as wildcards."""
    start = base.relative_to(root).as_posix()
    depth = file.count("/")
    return ("" if start == "." else f"{start}/") + "*/" * min(depth, 1) + "*/" * max(0, depth - 1)


def _nearest(images: Mapping[str, Path], files: Sequence[str]) -> tuple[str, str]:
    """The image and the file whose names have most in common."""
    best = ("", "", -1)
    for image in list(images)[:_SAMPLE]:
        short = image.rpartition("/")[2].casefold()
        for file in files[: 5 * _SAMPLE]:
            common = len(os.path.commonprefix([short, Path(file).name.casefold()]))  # noqa: RUF071
            if common > best[2]:
                best = (image, file, common)
    return best[0], best[1]
