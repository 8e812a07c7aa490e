"""Listing folders with `os.scandir`: fast on 100,000 files, and no file is opened."""

import os
from collections.abc import Iterator
from pathlib import Path


def names_in(folder: Path, suffix: str) -> set[str]:
    """Names of the files in a folder that end in `suffix`; empty if the folder does not exist."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if entry.name.endswith(suffix)}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder, sorted."""
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir())


def files_below(folder: Path) -> Iterator[str]:
    """Paths of all files below a folder, relative to it, with forward slashes.

    Links to folders are not followed, so that a loop of links ends.
    """
    for base, _, names in os.walk(folder):
        inside = Path(base).relative_to(folder).as_posix()
        for name in names:
            yield name if inside == "." else f"{inside}/{name}"


def contents(folder: Path) -> str:
    """The first names in a folder and how many more there are, for error messages."""
    names = sorted(path.name for path in folder.iterdir())
    if not names:
        return "an empty folder"
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
