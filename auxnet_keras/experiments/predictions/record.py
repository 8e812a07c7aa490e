"""What was predicted into a folder: `predictions.json`, which also marks the folder as ours."""

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from auxnet_keras.data.files.listing import contents, is_hidden
from auxnet_keras.data.units import check_unit
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.predictions.depth_png import SCALES
from auxnet_keras.experiments.run.json_files import write_json
from auxnet_keras.safety.bounded_read import MAX_TABLE, read_bytes

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

RECORD = "predictions.json"
LEGEND = "legend.png"
_WRITER = "auxnet predict"


@dataclasses.dataclass(frozen=True)
class Record:
    """The content of the file.

    Attributes:
        meaning: What the pixels of the files mean.
        sources: File below the folder -> the image or video that it was predicted from. A name
            that ends in `/` is a folder with everything in it.
    """

    meaning: dict[str, Any]
    sources: dict[str, str]

    def wrote(self, name: str) -> bool:
        """Whether a file below the folder is a prediction."""
        return name in (RECORD, LEGEND) or source_of(name, self.sources) is not None


def meaning(run: "Run") -> dict[str, Any]:
    """The classes with their colours, and the unit of depth; `None` for what is not predicted."""
    info, tasks = run.info, run.predictor.tasks
    classes = [
        {"id": number, "name": name, "colour": colour}
        for number, (name, colour) in enumerate(
            zip(info.class_names, info.palette.tolist(), strict=True)
        )
    ]
    unit = check_unit(run.depth_unit)
    return {
        "classes": classes if "segmentation" in tasks else None,
        "depth": {"unit": unit, "png_scale": SCALES[unit]} if "depth" in tasks else None,
    }


def source_of(name: str, sources: Mapping[str, str]) -> str | None:
    """The source of a file, or of a folder that it is in."""
    folders = (f"{folder}/" for folder in PurePosixPath(name).parents)
    return next((sources[one] for one in (name, *folders) if one in sources), None)


def read_record(folder: Path) -> Record | None:
    """The record in a folder; `None` without one that this package wrote."""
    file = folder / RECORD
    try:
        if not file.is_file():
            return None
        content = json.loads(read_bytes(file, MAX_TABLE))
        if content["written_by"] != _WRITER:
            return None
        sources = {name: source for source, names in content["files"].items() for name in names}
        return Record({key: content[key] for key in ("classes", "depth")}, sources)
    except (OSError, DataError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None


def check_is_ours(folder: Path) -> Record | None:
    """The record of a folder to write to; `None` if the folder is new or empty.

    Raises:
        ConfigError: It holds something else.
    """
    record = read_record(folder)
    if (
        record is None
        and folder.is_dir()
        and any(not is_hidden(inside.name) for inside in folder.iterdir())
    ):
        raise ConfigError(
            f"{folder} is not empty and was not written by `auxnet predict`; nothing was changed. "
            f"Choose a new or empty folder for the predictions. Received: {contents(folder)}."
        )
    return record


def claim(folder: Path, record: Record) -> None:
    """Records what will be written, before it is, so that nothing else is ever replaced.

    Raises:
        ConfigError: The folder holds something else; one of the files exists and is no prediction,
            or one from another image; earlier files mean something else.
        DataError: It cannot be written.
    """
    before = check_is_ours(folder) or Record(record.meaning, {})
    if before.meaning != record.meaning:
        raise ConfigError(
            f"{folder} has predictions of other classes or of depth in another unit. Predictions "
            "of both are never mixed; choose another folder or remove this one. "
            f"Received: {_shown(record.meaning)}; the folder has {_shown(before.meaning)}."
        )
    for name, source in record.sources.items():
        earlier = source_of(name, before.sources)
        if earlier is None and os.path.lexists(folder / name):
            raise ConfigError(
                f"{folder / name} exists, and `auxnet predict` did not write it; nothing was "
                "changed. Move it away or choose another folder for the predictions. "
                f"Received: {str(folder)!r}."
            )
        if earlier not in (None, source):
            raise ConfigError(
                f"{folder / name} was predicted from another image, {earlier}; nothing was "
                f"changed. Choose another folder for the predictions. Received: {source!r}."
            )
    files: dict[str, list[str]] = {}
    for name, source in {**before.sources, **record.sources}.items():
        files.setdefault(source, []).append(name)
    write_json({"written_by": _WRITER, **record.meaning, "files": files}, folder / RECORD)


def _shown(what: Mapping[str, Any]) -> str:
    classes, depth = what["classes"], what["depth"]
    parts = [f"{len(classes)} classes"] if classes else []
    return " and ".join(parts + ([f"depth in {depth['unit']}"] if depth else []))
