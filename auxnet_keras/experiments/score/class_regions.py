"""Compares two runs inside and outside the region of each class: the paper's Table 1."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.experiments.run.json_files import write_json
from auxnet_keras.experiments.run.run import Run, load_run
from auxnet_keras.experiments.score.evaluation import converted
from auxnet_keras.experiments.score.scored_data import scored_data
from auxnet_keras.metrics import confusion
from auxnet_keras.metrics.regions import Regions, iou_regions, log_l1, regions
from auxnet_keras.plots.palette import TASK_COLOURS
from auxnet_keras.tables.table import Table

SCORES = {"iou": "IoU", "log_l1": "log L1"}
COLOURED = {"iou": "segmentation", "log_l1": "depth"}


def compare(
    run_a: Run | str | Path, run_b: Run | str | Path, data: str | None = None
) -> dict[str, Any]:
    """Scores two runs on the full image and inside and outside the region of each class.

    The region of a class is where the truth has that class. IoU inside is the IoU of the class;
    outside and on the full image it is the mean IoU of the classes, weighted by their pixels. Log
    L1 is the mean of |ln p - ln g| over the pixels with a class and a depth of at most 80 m (10 m
    indoors). So the full image is the mean of inside and outside, weighted by their pixels.
    Predictions are resized to the image's own size; frames are read one at a time.

    Args:
        run_a, run_b: Trained runs or their folders, for example single-task and multi-task.
        data: `KIND[:ROOT]` of other data, used in full, or of a run's own data, of which the
            validation split counts; `None` for the validation split of the runs' data.

    Returns:
        {"data", "split", "frames", "runs": [name of a, name of b], "full": scores, "classes":
        {class: {"pixels": share of the labelled pixels, "depth_pixels": share of the pixels with
        depth, "inside": scores, "outside": scores}}} with
        scores = {"iou": [a, b], "log_l1": [a, b]}. `None` if a class has no pixels or a run does
        not have that task.

    Raises:
        ConfigError: A run was trained on some of the frames, or on other classes; or the runs were
            trained on different data without `data` to choose one.
        DataError: As the reader.

    Example:
        >>> results = ak.experiments.compare("runs/single", "runs/multi")
        >>> single, multi = results["classes"]["car"]["inside"]["log_l1"]

    Reference:
        Yim and Kim, Learning Boost by Exploiting the Auxiliary Task, 2020, Table 1.
    """
    runs = [run if isinstance(run, Run) else load_run(run) for run in (run_a, run_b)]
    chosen = scored_data(runs, data)
    ignore_void = any(run.config.ignore_void for run in runs)
    sides = [_Side(run, chosen.source, ignore_void) for run in runs]
    for frame in chosen.frames:
        for side in sides:
            side.add(frame)
    return {
        "data": chosen.place,
        "split": chosen.split,
        "frames": len(chosen.frames),
        "runs": _names(runs),
        **_results(sides, ignore_void),
    }


def _names(runs: list[Run]) -> list[str]:
    """The folders' names, with as much of their paths as distinguishes them."""
    places = [run.path.resolve().parts for run in runs]
    for parts in range(1, max(map(len, places)) + 1):
        names = ["/".join(place[-parts:]) for place in places]
        if names[0] != names[1]:
            return names
    return [f"{run.name} ({side})" for run, side in zip(runs, "AB", strict=True)]


class _Side:
    """One run's sums over the pixels of each class, frame by frame."""

    def __init__(self, run: Run, source: Source, ignore_void: bool) -> None:
        self.names = run.info.class_names
        self.source = source
        self.ignore_void = ignore_void
        self.predict = run.predictor
        self.counts = np.zeros((len(self.names),) * 2, np.int64)
        self.log_sums = np.zeros(len(self.names))
        self.log_pixels = np.zeros(len(self.names), np.int64)

    def add(self, frame: Frame) -> None:
        unit, classes = self.predict.depth_unit, len(self.names)
        sample = self.source.read(frame, unit, self.ignore_void)
        prediction = self.predict(sample.image, sample.depth)
        if prediction.classes is not None:
            self.counts += confusion.count_pairs(sample.segmentation, prediction.classes, classes)
        if prediction.depth is not None and frame.depth is not None:
            truth = sample.depth[..., 0]
            valid = truth >= 0
            metres = [
                converted(self.source, frame, values, unit, "metres")
                for values in (np.where(valid, truth, 1.0), prediction.depth)
            ]
            measured = np.where(valid, metres[0], -1.0)
            sums, pixels = log_l1(
                sample.segmentation,
                measured,
                metres[1],
                classes,
                max_depth=self.source.info.scored_metres,
            )
            self.log_sums += sums
            self.log_pixels += pixels

    def scores(self) -> dict[str, Regions]:
        return {"iou": iou_regions(self.counts), "log_l1": regions(self.log_sums, self.log_pixels)}


def _results(sides: list[_Side], ignore_void: bool) -> dict[str, Any]:
    scores = [side.scores() for side in sides]

    def both(part: str, *at: int) -> dict[str, list[float | None]]:
        found = {key: [np.asarray(getattr(one[key], part))[at] for one in scores] for key in SCORES}
        return {key: [_plain(value) for value in values] for key, values in found.items()}

    classes = {}
    for c, name in enumerate(sides[0].names):
        if name == "void" and ignore_void:
            continue  # then no pixel of the truth is void
        share = {key: max(_share(one[key], c) for one in scores) for key in SCORES}
        classes[name] = {
            "pixels": share["iou"],
            "depth_pixels": share["log_l1"],
            "inside": both("inside", c),
            "outside": both("outside", c),
        }
    return {"full": both("full"), "classes": classes}


def _share(score: Regions, c: int) -> float:
    """0 for a run without that task, so that the other run's share counts."""
    return float(np.nan_to_num(score.share[c]))


def _plain(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def region_table(results: Mapping[str, Any]) -> Table:
    """The comparison as a table: the full image, then a row for each class."""
    names = results["runs"]
    columns = ["pixels [%]"]
    for title in SCORES.values():
        columns += [f"{title}{where}, {name}" for where in ("", " outside") for name in names]

    def values(inside: Mapping[str, Any], outside: Mapping[str, Any]) -> list[float | None]:
        return [v for key in SCORES for part in (inside, outside) for v in part[key]]

    nothing = dict.fromkeys(SCORES, (None, None))
    rows = [("full image", (100.0, *values(results["full"], nothing)))]
    for name, of_class in results["classes"].items():
        pixels = 100.0 * of_class["pixels"]
        rows.append((name, (pixels, *values(of_class["inside"], of_class["outside"]))))
    return Table(tuple(columns), tuple(rows), digits=4)


def print_comparison(results: Mapping[str, Any]) -> None:
    """Prints what fits a terminal: only the scores inside the regions."""
    whole = region_table(results)
    shown = [i for i, column in enumerate(whole.columns) if " outside, " not in column]
    columns = ("pixels [%]", *(f"{title} {side}" for title in SCORES.values() for side in "AB"))
    rows = tuple((label, tuple(values[i] for i in shown)) for label, values in whole.rows)
    a, b = results["runs"]
    Table(columns, rows, whole.digits).show(
        f"Inside the region of each class, {results['frames']} frames of {results['data']}\n"
        f"A = {a}, B = {b}"
    )


def write_comparison(results: Mapping[str, Any], out: Path) -> None:
    """Writes `comparison.{md,csv,tex,json}` and pictures, if any class was seen.

    `comparison.png` joins the scores of both runs class by class; `classes.png` has those of the
    second run as bars, with the first as baseline.
    """
    write_json(results, out / "comparison.json")
    region_table(results).write(out, "comparison")
    panels, bars = {}, {}
    for key, title in SCORES.items():
        pairs = {name: one["inside"][key] for name, one in results["classes"].items()}
        if any(value is not None for pair in pairs.values() for value in pair):
            panels[f"{title} inside"] = (pairs, key == "iou")
            swapped = {name: (b, a) for name, (a, b) in pairs.items()}
            bars[title] = (swapped, key == "iou", TASK_COLOURS[COLOURED[key]])
    if panels:
        plots.paired_dots(panels, results["runs"], out / "comparison.png")
        a, b = results["runs"]
        plots.class_bars(bars, (b, a), out / "classes.png")
