"""Pairs images with their label or depth files by name, and finds out why they do not pair."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from auxnet_keras.data.files.listing import files_below, inside, without_ending
from auxnet_keras.data.files.pattern import unknown_wildcards
from auxnet_keras.data.readers.suggested_pattern import advice, pairs
from auxnet_keras.errors import DataError

_SAMPLE = 200  # images whose names are compared


def pairs_beyond_splits(images: Iterable[str], files: Mapping[str, Path]) -> dict[str, Path]:
    """As `pairs`, for images whose names begin with their split and files whose names do not."""
    short = {image: image.partition("/")[2] for image in images}
    alone = pairs(short.values(), files)
    return {image: alone[name] for image, name in short.items() if name in alone}


def check_once(found: Mapping[str, Path], images: Mapping[str, Path]) -> None:
    """Raises a DataError if two images have one file."""
    first: dict[Path, str] = {}
    for name, path in found.items():
        other = first.setdefault(path, name)
        if other != name:
            raise DataError(
                f"One file for two images: {path}. Expected a file for each, named like its image; "
                "rename one of them, or give labels and depth a place for each split, too. "
                f"Received: {images[other]} and {images[name]}."
            )


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
    base = inside(root, parts[: next((i for i, p in enumerate(parts) if "*" in p), None)])
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
    remedy = advice(root, key, base, usual, images, endings)
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
