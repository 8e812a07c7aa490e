"""Exports a run's main task in formats that other programs load."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auxnet_keras.core.backend import backend

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


def default_formats() -> list[str]:
    """What a run is exported to when it is finished, which the backend must be able to write."""
    return ["saved_model" if backend() == "tensorflow" else "keras"]


def export(run: "Run", formats: Sequence[str], out: str | Path | None = None) -> list[Path]:
    """Writes the main task with the best weights.

    Args:
        run: A trained run.
        formats: Names of `auxnet_keras.export.FORMATS`.
        out: The folder; by default `export` in the run folder.

    Returns:
        The written paths, in the order of `formats`.

    Raises:
        ConfigError, ExportError: As `auxnet_keras.export.write`.
    """
    from auxnet_keras.export import write

    disparity = run.config.main == "depth" and run.depth_unit == "disparity_px"
    folder = run.path / "export" if out is None else Path(out)
    written = write(run.predictor.model, formats, folder, disparity=disparity)
    return list(written.values())
