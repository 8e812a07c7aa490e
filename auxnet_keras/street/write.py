"""Writes street scenes to disk; resumes, and never touches other files."""

import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from rich.progress import MofNCompleteColumn

from auxnet_keras.core.progress_bar import bar
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import DataError, shown, unknown
from auxnet_keras.safety import read_text
from auxnet_keras.storage.atomic import write_file as write_file
from auxnet_keras.storage.scratch import sweep
from auxnet_keras.storage.write_errors import writing
from auxnet_keras.street.layouts import LAYOUTS
from auxnet_keras.street.scene import check_scene_size, render

# Describes the scenes of a folder; its presence means that this module made the folder.
RECORD = "street.json"
# Incremented when the renderer changes what it draws.
VERSION = 1


def _save(path: Path, content: np.ndarray | str | bytes) -> None:
    """Write a file whole or not at all."""
    if isinstance(content, np.ndarray):
        ordered = content[..., ::-1] if content.ndim == 3 else content
        encoded, buffer = cv2.imencode(".png", ordered)
        if not encoded:
            raise DataError(f"Could not encode {path.name} as PNG. Received: {content.dtype}.")
        content = buffer.tobytes()
    write_file(path, content)


def _claim(root: Path, record: dict) -> None:
    """Make `root` a folder of these scenes, or refuse because it holds something else."""
    note = root / RECORD
    if note.is_file():
        text = read_text(note)
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = text[:80]
        if found != record:
            raise DataError(
                f"{root} already holds other street scenes, which are never mixed or overwritten. "
                f"Expected {record}; choose another folder or remove this one. "
                f"Received: {shown(found)}."
            )
        return
    if root.is_dir() and any(root.iterdir()):
        first = sorted(path.name for path in root.iterdir())[0]
        raise DataError(
            f"{root} is not empty and was not written by street.write; nothing was changed. "
            f"Choose an empty or new folder. Received: a folder that holds {first!r}."
        )
    _save(note, json.dumps(record, indent=1) + "\n")


def write(
    root: str | Path,
    count: int,
    seed: int,
    layout: str = "synthia",
    size: tuple[int, int] = (224, 384),
    *,
    scenes: Iterable[int] | None = None,
) -> Path:
    """Write `count` street scenes in the layout of a real data set.

    "synthia" is SYNTHIA SEQS (13 classes, metres), spread over five sequences so that a split by
    sequence works; "kitti" is KITTI 2015 (Cityscapes ids, disparity, calibration per frame).
    The same call on the same folder writes what is missing, so it resumes after an interruption.

    Args:
        root: Folder to write to; new, empty, or from an earlier call with the same arguments.
        count: Number of scenes.
        seed: Which scenes.
        layout: "synthia" or "kitti".
        size: Height and width in pixels.
        scenes: The numbers of the scenes to write now, from 0; by default all. The others can
            follow in another call.

    Returns:
        The folder.

    Raises:
        ConfigError: For an unknown layout, a count below 1 or a size too small.
        DataError: If the folder holds something else or cannot be written.

    Example:
        >>> root = ak.data.street.write("scenes", count=200, seed=0, layout="kitti")
    """
    if layout not in LAYOUTS:
        raise unknown("layout of street scenes", layout, LAYOUTS)
    check_whole("count", count, least=1)
    check_scene_size(seed, 0, size)
    root = Path(root)
    picture_of, files_of = LAYOUTS[layout]
    record = {
        "layout": layout,
        "count": int(count),
        "seed": int(seed),
        "size": [int(length) for length in size],
        "version": VERSION,
    }
    with writing(f"Street scenes in {root}"):
        sweep(root, deep=True)
        _claim(root, record)
        wanted = range(count) if scenes is None else scenes
        missing = [n for n in wanted if not (root / picture_of(n, count)).is_file()]
        if not missing:
            return root
        with bar(MofNCompleteColumn()) as progress:
            for index in progress.track(missing, description="Drawing street scenes"):
                files = files_of(render(seed, index, size), index, count)
                for path, content in files.items():
                    # What scenes share stays as it is: caches know files by their times.
                    if isinstance(content, np.ndarray) or not (root / path).is_file():
                        _save(root / path, content)
    return root
