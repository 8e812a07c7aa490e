"""The picture strip: images, truth and predictions of several runs side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auxnet_keras import plots
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.data.frame import Frame, Sample
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import zoom_power
from auxnet_keras.experiments.run.best_epoch import idle_tasks

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.predictor import Prediction
    from auxnet_keras.experiments.run.run import Run

NAME = 60
"""Most letters of a frame's name in a caption."""

Columns = dict[str, list[np.ndarray]]
"""Title -> a picture, uint8 [H, W, 3] RGB, of every frame."""


def strip(
    runs: Mapping[str, "Run"],
    source: Source,
    path: Path,
    rows: int = 4,
    *,
    frames: Sequence[Frame] | None = None,
    captions: Sequence[str] = (),
) -> None:
    """Writes the strip that `strip_picture` draws to the PNG `path`.

    Raises:
        DataError: A frame cannot be read, or the file cannot be written.
    """
    plots.write_png(strip_picture(runs, source, rows, frames=frames, captions=captions), path)


def strip_picture(
    runs: Mapping[str, "Run"],
    source: Source,
    rows: int = 4,
    *,
    frames: Sequence[Frame] | None = None,
    captions: Sequence[str] = (),
) -> np.ndarray:
    """Figure 4 of the AuxNet paper: image, truth, the class map of every run, and depth.

    If a run predicts depth, and still trained it at the end, there are also the true depth and that
    run's in one colour scale, with a colour bar below. A single run has its errors, too, the names
    of its frames, and its main task first. If no run predicts classes, there are no class maps.

    Args:
        runs: Column title -> run; all with the same data, size and classes.
        source: The reader of the validation frames; shows `rows` of them, evenly spaced.
        rows: Frames shown.
        frames: The frames to show instead.
        captions: A line of text above each frame; by default, the name of a single run's.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    run = next(iter(runs.values()))
    if frames is None:
        found = source.frames("val", run.config.seed, run.config.limit)
        even = np.linspace(0, len(found) - 1, min(rows, len(found)), dtype=int)
        frames = [found[i] for i in even]
    if len(runs) == 1:
        captions = captions or [shortened(frame.name) for frame in frames]
    unit = (_of_depth(runs) or run).depth_unit
    samples = [source.read(frame, unit, run.config.ignore_void) for frame in frames]
    predicted = {
        title: [one.predictor(sample.image, sample.depth) for sample in samples]
        for title, one in runs.items()
    }
    return drawn(runs, samples, predicted, captions)


def drawn(
    runs: Mapping[str, "Run"],
    samples: Sequence[Sample],
    predicted: "Mapping[str, Sequence[Prediction]]",
    captions: Sequence[str] = (),
) -> np.ndarray:
    """As `strip_picture`, of samples and their predictions by every run."""
    run, of_depth = next(iter(runs.values())), _of_depth(runs)
    unit = (of_depth or run).depth_unit
    classes = any("segmentation" in one.config.tasks for one in runs.values())
    parts: dict[str, Columns] = {}
    bars: list[plots.ColourBar] = []
    if classes:
        parts["segmentation"] = _class_columns(samples, predicted, run.info.palette)
    if of_depth is not None:
        title = next(title for title, one in runs.items() if one is of_depth)
        maps = [one.depth for one in predicted[title]]
        parts["depth"], bars = _depth_columns(
            samples, maps, unit, run.info.depth_unit, errors=len(runs) == 1
        )
    order = run.config.tasks if len(runs) == 1 else TASKS
    columns = {"image": [plots.shrunk(sample.image) for sample in samples]}
    for task in order:
        columns |= parts.get(task, {})
    return plots.image_grid(
        list(zip(*columns.values(), strict=True)),
        list(columns),
        captions=captions,
        class_names=run.info.class_names if classes else (),
        palette=run.info.palette,
        bars=bars,
    )


def _of_depth(runs: Mapping[str, "Run"]) -> "Run | None":
    """The run whose depth is shown: the last one that still trained it at the end."""
    found = [
        run
        for run in runs.values()
        if "depth" in run.config.tasks and "depth" not in idle_tasks(run)
    ]
    return found[-1] if found else None


def shortened(name: str) -> str:
    """A frame's name; of a long one, the end, in which frames differ."""
    return name if len(name) <= NAME else f"...{name[3 - NAME :]}"


def _class_columns(
    samples: Sequence[Sample], predicted: "Mapping[str, Sequence[Prediction]]", palette: np.ndarray
) -> Columns:
    """The truth and every run's class maps; for a single run, also its errors."""
    columns = {"truth": [_coloured(sample.segmentation, palette) for sample in samples]}
    alone = len(predicted) == 1
    for title, predictions in predicted.items():
        maps = [one.classes for one in predictions if one.classes is not None]
        if maps:
            columns["prediction" if alone else title] = [_coloured(each, palette) for each in maps]
        if maps and alone:
            columns["wrong class"] = [
                plots.shrunk(plots.label_errors(sample.image, sample.segmentation, each))
                for sample, each in zip(samples, maps, strict=True)
            ]
    return columns


def _coloured(ids: np.ndarray, palette: np.ndarray) -> np.ndarray:
    return plots.shrunk(plots.colour_labels(ids, palette))


def _depth_columns(
    samples: Sequence[Sample],
    predicted: Sequence[Any],
    unit: str,
    stored_unit: str,
    *,
    errors: bool,
) -> tuple[Columns, list[plots.ColourBar]]:
    """True and predicted depth in one scale, the errors of a single run, and the colour bars."""
    true = [sample.depth for sample in samples]
    far_is_large = zoom_power(unit, stored_unit) < 0
    scale = plots.DepthScale.of(true, unit, far_is_large=far_is_large)
    scale = scale or plots.DepthScale.of(predicted, unit, far_is_large=far_is_large)
    if scale is None:
        return {}, []
    columns = {
        "true depth": [plots.shrunk(scale.colour(depth)) for depth in true],
        # A negative prediction is the smallest one, not a missing one.
        "predicted depth": [
            plots.shrunk(scale.colour(np.maximum(depth, 0.0))) for depth in predicted
        ],
    }
    bars = [scale.bar()]
    if errors:
        columns["depth error"] = [
            plots.shrunk(plots.depth_errors(*pair, far_is_large=far_is_large))
            for pair in zip(true, predicted, strict=True)
        ]
        bars.append(plots.depth_error_bar())
    return columns, bars


def depth_picture(
    depth: np.ndarray, unit: str, stored_unit: str, maximum: float | None = None
) -> np.ndarray:
    """A depth map as a picture; near is bright, whatever the unit.

    Args:
        depth: [H, W] or [H, W, 1]; -1 is invalid.
        unit: Its unit.
        stored_unit: The unit that "raw" means in this data set.
        maximum: The depth shown brightest, as from `brightest`; by default the map's own.
    """
    return plots.colour_depth(depth, maximum, near_bright=zoom_power(unit, stored_unit) < 0)


def brightest(depths: Sequence[np.ndarray], unit: str, stored_unit: str) -> float | None:
    """The depth to show brightest in all of some maps: nearly the nearest; `None` without any."""
    values = np.concatenate([np.ravel(depth) for depth in depths])
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return None
    return float(np.percentile(values, 1 if zoom_power(unit, stored_unit) < 0 else 99))
