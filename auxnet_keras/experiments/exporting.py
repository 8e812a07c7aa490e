"""A run's main task in the formats others load."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auxnet_keras.errors import unknown

if TYPE_CHECKING:
    from auxnet_keras.experiments.run import Run

FORMATS = {"saved_model": "saved_model", "keras": "model.keras", "onnx": "model.onnx",
           "litert": "model.tflite"}  # fmt: skip


def export(run: "Run", formats: Sequence[str], out: str | Path | None = None) -> list[Path]:
    """Writes the best weights' main task.

    Args:
        run: A trained run.
        formats: Of `saved_model`, `keras`, `onnx`, `litert`.
        out: The folder; `export` in the run folder without.

    Returns:
        What was written.

    Raises:
        ConfigError: An unknown format; a package a format needs is missing.
    """
    for name in formats:
        if name not in FORMATS:
            raise unknown("export format", name, FORMATS)
    import auxnet_keras.export as exporters

    folder = Path(out) if out is not None else run.path / "export"
    folder.mkdir(parents=True, exist_ok=True)
    model = run.model()
    written = []
    for name in formats:
        path = folder / FORMATS[name]
        getattr(exporters, name)(model, path)
        written.append(path)
    return written
