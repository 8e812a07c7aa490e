"""The pictures of a run folder."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.readers.base import Source
from auxnet_keras.experiments.outputs.strip import strip

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


def write_figures(run: "Run", results: Mapping[str, Any], source: Source) -> None:
    """Writes curves, confusion matrix and picture strip of a run after its last epoch."""
    folder = run.path / "figures"
    history = run.history
    plots.learning_curves(history, folder / "curves.png", monitor=f"val_{run.config.main}_loss")
    if any(name.startswith("class_weight_") for name in history):
        plots.class_weight_map(history, folder / "class_weights.png")
    if "confusion" in results:
        names, counts = run.info.class_names, np.asarray(results["confusion"])
        seen = (counts.sum(axis=0) + counts.sum(axis=1)) > 0  # without void, if it is ignored
        shown = [name for name, used in zip(names, seen, strict=True) if used]
        plots.confusion_matrix(counts[seen][:, seen], shown, folder / "confusion.png")
    strip({run.config.model: run}, source, folder / "qualitative.png")
