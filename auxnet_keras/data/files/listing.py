"""Listing folders with `os.scandir`: fast on 100,000 files, and no file is opened.

Names that begin with a dot are no data: macOS and notebooks put files of their own everywhere.
"""

import os
from collections.abc import Iterator
from pathlib import Path


def names_in(folder: Path, suffix: str) -> set[str]:
    """Names of the files in a folder that end in `suffix`; empty if the folder does not exist."""
    try:
        with os.scandir(folder) as entries:
            names = (entry.name for entry in entries)
            return {name for name in names if name.endswith(suffix) and not is_hidden(name)}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder, sorted."""
    with os.scandir(folder) as entries:
        return sorted(
            Path(entry.path) for entry in entries if entry.is_dir() and not is_hidden(entry.name)
        )


def files_below(folder: Path) -> Iterator[str]:
    """Paths of all files below a folder, relative to it, with forward slashes.

    Links to folders are followed, to each folder once and not to one that holds `folder`, so that
    a loop of links ends.
    """
    above = folder.resolve().parents
    seen = {_identity(parent) for parent in above if parent.is_dir()}
    for base, folders, names in os.walk(folder, followlinks=True):
        identity = _identity(Path(base))
        if identity in seen:
            folders.clear()
            continue
        seen.add(identity)
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        inside = Path(base).relative_to(folder).as_posix()
        for name in names:
            if not is_hidden(name):
                yield name if inside == "." else f"{inside}/{name}"


def _identity(folder: Path) -> tuple[int, int]:
    state = folder.stat()
    return state.st_dev, state.st_ino


def is_hidden(name: str) -> bool:
    """Whether a name is a system's or a tool's own: `._0.png`, `.ipynb_checkpoints`."""
    return name.startswith(".")


def contents(folder: Path) -> str:
    """The first names in a folder and how many more there are, for error messages."""
    names = sorted(path.name for path in folder.iterdir())
    if not names:
        return "an empty folder"
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
