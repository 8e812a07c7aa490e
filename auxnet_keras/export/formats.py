"""Several formats at once, for the command line."""

import json
from collections.abc import Sequence
from pathlib import Path

import keras

from auxnet_keras.export.catalogue import FORMATS
from auxnet_keras.export.fixed_size import need
from auxnet_keras.export.verification import writing_export
from auxnet_keras.storage.atomic import write as write_file


def write(
    model: keras.Model,
    formats: Sequence[str],
    directory: str | Path,
    *,
    size: tuple[int, int] | None = None,
    disparity: bool = False,
) -> dict[str, Path]:
    """Writes the main task alone in each format, verified, and `verification.json` beside them.

    Args:
        model: An `AuxiliaryModel`.
        formats: Names of `FORMATS`.
        directory: The folder they go to.
        size: (height, width), for a model built with unknown sides.
        disparity: As for `saved_model`; the other formats do not resize.

    Returns:
        Format to what was written.

    Raises:
        ConfigError: An unknown format, or one whose extra is not installed: before any is written.
        ExportError: A format does not give what the model gives, or the disk is full.
    """
    found = {name: FORMATS.find(name) for name in formats}
    for each in found.values():
        need(each.extra, each.modules)
    report = {}
    for name, each in found.items():
        options = each.options(size=size, disparity=disparity)
        report[name] = each.writer(model, Path(directory) / each.file, **options)
    text = json.dumps({name: one.to_mapping() for name, one in report.items()}, indent=2)
    record = Path(directory) / "verification.json"
    with writing_export(record):
        write_file(record, text + "\n")
    return {name: one.path for name, one in report.items()}
