"""The pictures of a run folder."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.readers.base import Source
from auxnet_keras.experiments.outputs.strip import shortened, strip
from auxnet_keras.experiments.outputs.tables import LABELS
from auxnet_keras.experiments.score.per_image import (
    FILE,
    SCORES,
    key_of,
    read_per_image,
    worst_first,
)
from auxnet_keras.plots.palette import TASK_COLOURS

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

TRACE = "weights.csv"
GRADIENTS = "gradients.csv"


def write_figures(run: "Run", results: Mapping[str, Any], source: Source) -> None:
    """Writes curves, confusion matrix and picture strip of a run after its last epoch."""
    folder = run.path / "figures"
    write_curves(run)
    if "confusion" in results:
        names, counts = run.info.class_names, np.asarray(results["confusion"])
        seen = (counts.sum(axis=0) + counts.sum(axis=1)) > 0  # without void, if it is ignored
        shown = [name for name, used in zip(names, seen, strict=True) if used]
        plots.confusion_matrix(counts[seen][:, seen], shown, folder / "confusion.png")
    write_class_scores(run, results, folder / "classes.png")
    strip({run.config.model: run}, source, folder / "qualitative.png")
    write_worst(run, source, folder / "worst.png")


def write_class_scores(run: "Run", results: Mapping[str, Any], path: Path) -> None:
    """Draws the IoU of each class, next to the position prior's, and the error of depth on it.

    Args:
        run: The run.
        results: Its results.
        path: The file to write; none without classes.
    """
    panels: dict[str, tuple[dict[str, tuple[Any, Any]], bool, str]] = {}
    for task in run.config.tasks:
        if task == "segmentation" and task in results:
            prior = results["position_prior"].get(task, {})
            pairs = {
                key.removeprefix("iou_"): (value, prior.get(key))
                for key, value in results[task].items()
                if key.startswith("iou_")
            }
            panels["IoU"] = pairs, True, TASK_COLOURS[task]
        elif task == "depth" and "depth_by_class" in results:
            depth = results["depth_by_class"]
            pairs = {key: (value["abs_rel"], None) for key, value in depth.items()}
            panels["Depth: abs rel"] = pairs, False, TASK_COLOURS[task]
    if panels:
        plots.class_bars(panels, (run.name, "position prior"), path)


def write_worst(run: "Run", source: Source, path: Path, count: int = 8) -> None:
    """Draws the images of `per_image.csv` with the worst scores, the worst first."""
    score = SCORES[run.config.main][0]
    scored = worst_first(read_per_image(run.path / FILE), score)
    frames = {key_of(frame.name): frame for frame in source.frames("val", run.config.seed)}
    chosen = [image for image in scored if image.name in frames][:count]
    strip(
        {run.config.model: run},
        source,
        path,
        frames=[frames[image.name] for image in chosen],
        captions=[caption(image.name, image.scores, run.config.tasks) for image in chosen],
    )


def caption(name: str, scores: Mapping[str, float], tasks: Sequence[str]) -> str:
    """An image's name and scores, the main task's first."""
    found = [
        f"{LABELS[score]} {scores[score]:.3f}"
        for task in tasks
        for score in SCORES.get(task, ())
        if math.isfinite(scores.get(score, math.nan))
    ]
    return "    ".join([", ".join(found), shortened(name)])


def write_curves(run: "Run", folder: Path | None = None) -> None:
    """Writes the curves and the class weights of the epochs so far, if there are any.

    Args:
        run: The run.
        folder: Where to; by default `figures` of the run folder.

    Raises:
        DataError: The history is damaged, or a file cannot be written.
    """
    history = run.history
    if not history:
        return
    trace = {}
    if (run.path / TRACE).is_file():
        from auxnet_keras.callbacks.weight_trace import read_weight_trace  # loads TensorFlow

        trace = read_weight_trace(run.path / TRACE)
    folder = run.path / "figures" if folder is None else folder
    if (run.path / GRADIENTS).is_file():
        from auxnet_keras.callbacks.batch_table import read_columns

        measured = read_columns(run.path / GRADIENTS)
        if measured:
            plots.gradient_diagnostics(measured, folder / "gradients.png")
    plots.learning_curves(
        history,
        folder / "curves.png",
        monitor=f"val_{run.config.main}_loss",
        alone=min(run.config.auxiliary_first or 0, len(history["epoch"])),
        trace=trace,
    )
    if any(name.startswith("class_weight_") for name in history):
        plots.class_weight_map(history, folder / "class_weights.png")
