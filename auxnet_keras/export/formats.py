"""Exports to several formats at once, for the command line."""

import json
from collections.abc import Sequence
from pathlib import Path

import keras

from auxnet_keras.export.catalogue import FORMATS
from auxnet_keras.export.verification import writing_export
from auxnet_keras.storage.atomic import write_file as write_file


def write(
    model: keras.Model,
    formats: Sequence[str],
    directory: str | Path,
    *,
    size: tuple[int, int] | None = None,
    disparity: bool = False,
) -> dict[str, Path]:
    """Writes and verifies the main task alone in each format, and writes `verification.json`.

    Args:
        model: An `AuxiliaryModel`.
        formats: Names of `FORMATS`.
        directory: The folder to write to.
        size: (height, width), for a model built with unknown sides.
        disparity: As for `saved_model`; the other formats do not resize.

    Returns:
        Format to the path of its export.

    Raises:
        BackendError: A format needs TensorFlow, which is not installed.
        ConfigError: A format is unknown, its extra is not installed, or it needs another backend;
            nothing was written.
        ExportError: The output of an export differs from the model's, or the disk is full.
    """
    found = {name: FORMATS.find(name) for name in formats}
    for each in found.values():
        each.check_installed()
        each.check_backend()
    report = {}
    for name, each in found.items():
        options = each.options(size=size, disparity=disparity)
        report[name] = each.writer(model, Path(directory) / each.file, **options)
    text = json.dumps({name: one.to_mapping() for name, one in report.items()}, indent=2)
    record = Path(directory) / "verification.json"
    with writing_export(record):
        write_file(record, text + "\n")
    return {name: one.path for name, one in report.items()}
