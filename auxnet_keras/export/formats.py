"""Several formats at once, for the command line."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from auxnet_keras.errors import unknown
from auxnet_keras.export import keras_format, litert_format, onnx_format, tf_format
from auxnet_keras.export.fixed_size import need
from auxnet_keras.export.write_errors import writing
from auxnet_keras.storage.atomic import replacing

FORMATS: dict[str, tuple[Callable[..., Any], str]] = {
    "saved_model": (tf_format.saved_model, "saved_model/1"),  # TF Serving wants a version
    "keras": (keras_format.keras_file, "model.keras"),
    "onnx": (onnx_format.onnx, "model.onnx"),
    "litert": (litert_format.litert, "model.tflite"),
}
"""Name of a format to its writer and what it is called in the export folder."""


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
    for name in formats:
        if name not in FORMATS:
            raise unknown("export format", name, FORMATS)
    if "onnx" in formats:
        need("onnx", onnx_format.MODULES)
    if "litert" in formats:
        need("litert", litert_format.MODULES)
    options: dict[str, dict[str, Any]] = {
        "saved_model": {"size": size, "disparity": disparity},
        "keras": {},
        "onnx": {"size": size},
        "litert": {"size": size},
    }
    report = {}
    for name in formats:
        writer, file = FORMATS[name]
        report[name] = writer(model, Path(directory) / file, **options[name])
    text = json.dumps({name: found.to_mapping() for name, found in report.items()}, indent=2)
    record = Path(directory) / "verification.json"
    with writing(record), replacing(record) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return {name: found.path for name, found in report.items()}
