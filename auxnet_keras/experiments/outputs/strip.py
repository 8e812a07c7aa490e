"""The picture strip: images, truth and predictions of several runs side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import zoom_power
from auxnet_keras.experiments.run.best_epoch import idle_tasks

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


def strip(runs: Mapping[str, "Run"], source: Source, path: Path, rows: int = 4) -> None:
    """Figure 4 of the AuxNet paper: image, truth, the class map of every run, and depth.

    If a run predicts depth, and still trained it at the end, the last two columns are the true
    depth and that run's, in the same colours, with a colour bar below. If no run predicts classes,
    there are no class maps.

    Args:
        runs: Column title -> run; all with the same data, size and classes.
        source: The reader of the validation frames; shows `rows` of them, evenly spaced.
        path: The PNG to write.
        rows: Frames shown.
    """
    run = next(iter(runs.values()))
    frames = source.frames("val", run.config.seed, run.config.limit)
    chosen = [frames[i] for i in np.linspace(0, len(frames) - 1, min(rows, len(frames)), dtype=int)]
    with_depth = [
        one
        for one in runs.values()
        if "depth" in one.config.tasks and "depth" not in idle_tasks(one)
    ]
    of_depth = with_depth[-1] if with_depth else None
    unit = (of_depth or run).depth_unit
    samples = [source.read(frame, unit, run.config.ignore_void) for frame in chosen]
    info = run.info

    columns = {"image": [sample.image for sample in samples]}
    depths: list[np.ndarray] = []
    classes = any("segmentation" in one.config.tasks for one in runs.values())
    if classes:
        columns["truth"] = [plots.colour_labels(s.segmentation, info.palette) for s in samples]
    for title, one in runs.items():
        predicted = [one.predictor(sample.image, sample.depth) for sample in samples]
        maps = [each.classes for each in predicted if each.classes is not None]
        if maps:
            columns[title] = [plots.colour_labels(each, info.palette) for each in maps]
        if one is of_depth:
            depths = [each.depth for each in predicted if each.depth is not None]
    ends = None
    if depths:
        true = [sample.depth for sample in samples]
        maximum = brightest(true, unit, info.depth_unit) or brightest(depths, unit, info.depth_unit)
        columns["true depth"] = [depth_picture(d, unit, info.depth_unit, maximum) for d in true]
        columns["predicted depth"] = [
            depth_picture(np.maximum(d, 1e-6), unit, info.depth_unit, maximum) for d in depths
        ]
        ends = ("far", _near(maximum, unit))
    picture = plots.image_grid(
        list(zip(*columns.values(), strict=True)),
        list(columns),
        class_names=info.class_names if classes else (),
        palette=info.palette,
        depth_ends=ends,
    )
    plots.write_png(picture, path)


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
    return plots.colour_depth(depth, maximum, near_bright=_far_is_large(unit, stored_unit))


def brightest(depths: Sequence[np.ndarray], unit: str, stored_unit: str) -> float | None:
    """The depth to show brightest in all of some maps: nearly the nearest; `None` without any."""
    values = np.concatenate([np.ravel(depth) for depth in depths])
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return None
    return float(np.percentile(values, 1 if _far_is_large(unit, stored_unit) else 99))


def _far_is_large(unit: str, stored_unit: str) -> bool:
    return zoom_power(unit, stored_unit) < 0


def _near(maximum: float | None, unit: str) -> str:
    """The text at the bright end of the colour bar."""
    if maximum is None or unit == "raw":
        return "near"
    value = {
        "metres": f"{maximum:.2g} m",
        "inverse_depth": f"{1 / maximum:.2g} m",
        "disparity_px": f"{maximum:.3g} px",
    }[unit]
    return f"near ({value})"
