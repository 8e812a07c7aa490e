"""Converts any data set to a folder of single files that are fast to read; resumable."""

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.folder_spec import FILE
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.safety import read_text
from auxnet_keras.safety.bounded_read import MAX_TABLE
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.scratch import sweep
from auxnet_keras.storage.write_errors import writing
from data_tools.convert.shared_calibration import shared_calibration
from data_tools.depth_files import DepthFiles, depth_files
from data_tools.folder_layout import (
    IMAGES,
    check_names,
    content_of,
    description,
    files_of,
    places_of,
)
from data_tools.opening import open_dataset
from data_tools.progress import with_progress

RECORD = "convert.json"
"""Records what a folder was converted from; its presence marks the folder as ours."""

VERSION = 3
"""Incremented when the way a data set is written changes."""


def convert(target: str, out: str | Path) -> Path:
    """Writes a data set as the kind `folder`: one image, label and depth file per frame.

    PNG and JPEG images are copied byte for byte, others are written as PNG. Labels are train ids.
    Depth keeps the data set's own numbers: integers of 16 bits in PNGs, all others in NumPy files;
    only NYU-v2's metres are rounded, to a millimetre. What has another size than its image keeps
    it. `train.txt`, `val.txt` and, if there is a test split, `test.txt` hold the names of its
    frames. `dataset.yaml` is written last, so that a partial data set is never read as complete;
    until then the same call resumes an interrupted conversion.

    Args:
        target: `KIND:ROOT`, any kind that `ak.data.load` reads.
        out: A new or empty folder, or the folder of an earlier identical call.

    Returns:
        The folder.

    Raises:
        DataError: A frame cannot be read or has a name that no list can hold, the folder contains
            something else or was converted from other data, or it cannot be written.
        ConfigError: An unknown kind, no root, or `out` inside the data set.

    Example:
        >>> convert("kitti:/data/kitti2015", "converted")
        >>> ak.data.load("folder", "converted")
    """
    source, out = open_dataset(target), Path(out).expanduser()
    if out.resolve().is_relative_to(source.root.resolve()):
        raise ConfigError(
            "Converted files cannot be written inside the data set itself, where its reader would "
            f"find them; choose another folder. Received: {str(out)!r}."
        )
    source.check_found()
    frames = source.frames("all")
    check_names(frames)
    parts = {split: source.frames(split) for split in ("train", "val", "test")}
    parts = {split: members for split, members in parts.items() if members or split != "test"}
    with writing(f"Converted files in {out}"):
        sweep(out, deep=True)
        _claim(source, frames, out, _record(source, frames, parts))
        deep = next((frame for frame in frames if frame.depth is not None), None)
        how = depth_files(source, deep)
        missing = [frame for frame in frames if not _is_complete(source, frame, out, how)]
        if missing or not (out / FILE).is_file():
            write = partial(_write_frame, source, out=out, how=how)
            for _ in with_progress("Converting", missing, write):
                pass
            for split, members in parts.items():
                names = "".join(f"{frame.name}\n" for frame in members)
                write_file(out / f"{split}.txt", names or "\n")
            calibration = shared_calibration(source, frames, out, how)
            about = description(source, how if deep else None, calibration, list(parts))
            write_file(out / FILE, about)
    return out


def _record(
    source: Source, frames: Sequence[Frame], parts: dict[str, Sequence[Frame]]
) -> dict[str, Any]:
    """Everything that determines the bytes written; moving a data set does not change it."""
    info = source.info
    facts = [source.signature, info.class_names, info.palette.tolist(), source.encoding]
    facts += [(split, [frame.name for frame in members]) for split, members in parts.items()]
    return {
        "kind": info.kind,
        "version": VERSION,
        "sha256": _digest(*facts),
        "frames": {frame.name: _digest(*map(_state, source.files(frame)))[:16] for frame in frames},
    }


def _digest(*facts: Any) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _state(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return -1, -1
    return state.st_size, state.st_mtime_ns


def _claim(source: Source, frames: Sequence[Frame], out: Path, record: dict[str, Any]) -> None:
    """Claims `out` for this conversion, or refuses because it holds something else.

    A frame that is not converted yet may have changed since the last call: users replace a file
    that was reported as damaged.
    """
    note = out / RECORD
    if note.is_file():
        before = _frames_before(note, record)
        if before is None:
            raise DataError(
                f"{out} was converted from other data or frames, or by another version. Files of "
                "both are never mixed; choose another folder or remove this one. "
                f"Received: {len(frames)} frames of {source.info.kind}, {source.place}."
            )
        changed = [frame for frame in frames if before[frame.name] != record["frames"][frame.name]]
        stale = [frame for frame in changed if _image_exists(frame, out)]
        if stale:
            raise DataError(
                "Source files have changed since they were converted; nothing was overwritten. "
                f"To convert them again, remove their images from {out / IMAGES}, or the whole "
                f"folder. Received: {len(stale)} changed, the first {stale[0].name!r}."
            )
        if not changed:
            return
    elif out.is_dir() and any(out.iterdir()):
        raise DataError(
            f"{out} is not empty and was not written by a conversion; nothing was changed. Choose "
            f"a new or empty folder. Received: {contents(out)}."
        )
    write_file(note, json.dumps(record, indent=1) + "\n")


def _frames_before(note: Path, record: dict[str, Any]) -> dict[str, str] | None:
    """The frames as an earlier call found them; None if that call converted other data."""
    try:
        found = json.loads(read_text(note, MAX_TABLE))
        before = found["frames"]
        same = all(found[key] == record[key] for key in record if key != "frames")
        return before if same and before.keys() == record["frames"].keys() else None
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None


def _is_complete(source: Source, frame: Frame, out: Path, how: DepthFiles) -> bool:
    """Whether all files of a frame exist with content; a power cut can leave empty ones."""
    return all(_state(out / place)[0] > 0 for place in files_of(source, frame, how).values())


def _image_exists(frame: Frame, out: Path) -> bool:
    """The image, which is written last, in whatever format the data set had then."""
    return any((out / place).is_file() for place in places_of(frame) if place.parts[0] == IMAGES)


def _write_frame(source: Source, frame: Frame, *, out: Path, how: DepthFiles) -> None:
    content, places = content_of(source, frame, how), files_of(source, frame, how)
    for earlier in places_of(frame):  # such as a label that the data set no longer has
        if earlier not in places.values():
            (out / earlier).unlink(missing_ok=True)
    for what, place in places.items():
        write_file(out / place, content[what])
