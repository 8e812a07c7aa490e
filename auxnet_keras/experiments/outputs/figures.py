"""The pictures of a run folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import zoom_power

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


def write_figures(run: "Run", results: Mapping[str, Any], source: Source) -> None:
    """Writes curves, confusion matrix and picture strip of a run after its last epoch."""
    folder = run.path / "figures"
    history = run.history
    history["epoch"] = [epoch + 1 for epoch in history["epoch"]]
    plots.learning_curves(history, folder / "curves.png", monitor=f"val_{run.config.main}_loss")
    if any(name.startswith("class_weight_") for name in history):
        plots.class_weight_map(history, folder / "class_weights.png")
    if "confusion" in results:
        names, counts = run.info.class_names, np.asarray(results["confusion"])
        seen = (counts.sum(axis=0) + counts.sum(axis=1)) > 0  # without void, if it is ignored
        shown = [name for name, used in zip(names, seen, strict=True) if used]
        plots.confusion_matrix(counts[seen][:, seen], shown, folder / "confusion.png")
    strip({run.config.model: run}, source, folder / "qualitative.png")


def strip(runs: Mapping[str, "Run"], source: Source, path: Path, rows: int = 4) -> None:
    """Figure 4 of the AuxNet paper: image, truth, the class map of every run, and depth.

    Includes the true depth if depth is the main task, and omits classes if no run predicts them.

    Args:
        runs: Column title -> run; all with the same data, size and classes.
        source: The reader of the validation frames; shows `rows` of them, evenly spaced.
        path: The PNG to write.
        rows: Frames shown.
    """
    run = next(iter(runs.values()))
    frames = source.frames("val", run.config.seed, run.config.limit)
    chosen = [frames[i] for i in np.linspace(0, len(frames) - 1, min(rows, len(frames)), dtype=int)]
    info = run.info
    classes = any("segmentation" in one.config.tasks for one in runs.values())
    titles: list[str] = []
    cells = []
    for frame in chosen:
        sample = source.read(frame, run.depth_unit, run.config.ignore_void)
        row = {"image": sample.image}
        if classes:
            row["truth"] = plots.colour_labels(sample.segmentation, info.palette)
        if run.config.main == "depth":
            near_bright = zoom_power(run.depth_unit, info.depth_unit) < 0
            row["true depth"] = plots.colour_depth(sample.depth, near_bright=near_bright)
        for title, one in runs.items():
            prediction = one.predictor(sample.image, sample.depth)
            if prediction.classes is not None:
                row[title] = plots.colour_labels(prediction.classes, info.palette)
            if prediction.depth is not None:
                row["depth"] = depth_picture(prediction.depth, one.depth_unit, info.depth_unit)
        depths = [title for title in ("true depth", "depth") if title in row]
        titles = [*(title for title in row if title not in depths), *depths]
        cells.append([row[title] for title in titles])
    names = info.class_names if classes else ()
    picture = plots.image_grid(cells, titles, class_names=names, palette=info.palette)
    plots.write_png(picture, path)


def depth_picture(depth: np.ndarray, unit: str, stored_unit: str) -> np.ndarray:
    """A predicted depth map as a picture; near is bright, whatever the unit.

    Args:
        depth: [H, W].
        unit: Its unit.
        stored_unit: The unit that "raw" means in this data set.
    """
    far_is_large = zoom_power(unit, stored_unit) < 0
    return plots.colour_depth(np.maximum(depth, 1e-6), near_bright=far_is_large)
