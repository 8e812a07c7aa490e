"""Compares runs inside and outside the region of each class: the paper's Table 1."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras import plots
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable
from auxnet_keras.experiments.reports.section import file_name
from auxnet_keras.experiments.reports.side_by_side import best_of, differences
from auxnet_keras.experiments.run.json_files import write_json
from auxnet_keras.experiments.run.names import distinct_names, letter
from auxnet_keras.experiments.run.run import Run, load_run
from auxnet_keras.experiments.score.region_sums import RegionSums, plain
from auxnet_keras.experiments.score.scored_data import scored_data
from auxnet_keras.metrics.regions import Regions
from auxnet_keras.plots.palette import TASK_COLOURS
from auxnet_keras.tables.table import Table

SCORES = {"iou": "IoU", "log_l1": "log L1"}
LARGE_IS_GOOD = {"iou": True, "log_l1": False}
COLOURED = {"iou": "segmentation", "log_l1": "depth"}
FULL = "full image (frequency-weighted IoU)"
MEAN = "mean of the classes (mean IoU)"
DIGITS = 4


def compare(
    run_a: Run | str | Path,
    run_b: Run | str | Path,
    data: str | None = None,
    *,
    more: Sequence[Run | str | Path] = (),
) -> dict[str, Any]:
    """Scores runs on the full image and inside and outside the region of each class.

    The region of a class is where the truth has that class. IoU inside is the IoU of the class;
    outside and on the full image it is the mean IoU of the classes, weighted by their pixels
    (frequency-weighted IoU). `mean_iou` weighs every class equally. Log L1 is the mean of
    |ln p - ln g| over the pixels with a class and a depth of at most 80 m (10 m indoors). So the
    full image is the mean of inside and outside, weighted by their pixels. Predictions are resized
    to the image's own size; frames are read one at a time.

    Args:
        run_a, run_b: Trained runs or their folders, for example single-task and multi-task. The
            first is the baseline.
        data: `KIND[:ROOT]` of other data, used in full, or of a run's own data, of which the
            validation split counts; `None` for the validation split of the runs' data.
        more: Further runs.

    Returns:
        {"data", "split", "frames", "runs": [name of a, name of b, ...], "full": scores, "mean_iou":
        [a, b, ...], "classes": {class: {"pixels": share of the labelled pixels, "depth_pixels":
        share of the pixels with depth, "inside": scores, "outside": scores}}} with
        scores = {"iou": [a, b, ...], "log_l1": [a, b, ...]}. `None` if a class has no pixels or a
        run does not have that task.

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
    runs = [run if isinstance(run, Run) else load_run(run) for run in (run_a, run_b, *more)]
    chosen = scored_data(runs, data)
    ignore_void = any(run.config.ignore_void for run in runs)
    sides = [RegionSums(run, chosen.source, ignore_void) for run in runs]
    for frame in chosen.frames:
        for side in sides:
            side.add(frame)
    return {
        "data": chosen.place,
        "split": chosen.split,
        "frames": len(chosen.frames),
        "runs": distinct_names(runs),
        **_results(sides, ignore_void),
    }


def _results(sides: Sequence[RegionSums], ignore_void: bool) -> dict[str, Any]:
    scores = [side.scores() for side in sides]

    def of_all(part: str, *at: int) -> dict[str, list[float | None]]:
        found = {key: [np.asarray(getattr(one[key], part))[at] for one in scores] for key in SCORES}
        return {key: [plain(value) for value in values] for key, values in found.items()}

    classes = {}
    for c, name in enumerate(sides[0].names):
        if name == "void" and ignore_void:
            continue  # then no pixel of the truth is void
        share = {key: max(_share(one[key], c) for one in scores) for key in SCORES}
        classes[name] = {
            "pixels": share["iou"],
            "depth_pixels": share["log_l1"],
            "inside": of_all("inside", c),
            "outside": of_all("outside", c),
        }
    means = [side.mean_iou() for side in sides]
    return {"full": of_all("full"), "mean_iou": means, "classes": classes}


def _share(score: Regions, c: int) -> float:
    """0 for a run without that task, so that another run's share counts."""
    return float(np.nan_to_num(score.share[c]))


def region_table(results: Mapping[str, Any]) -> ScoreTable:
    """The comparison as a table: the full image, the mean of the classes, a row for each class.

    For each score, there are the runs inside and outside the region, and the differences from the
    first run inside it. The best is bold.
    """
    names = results["runs"]
    first, *others = names
    columns = ["pixels [%]"]
    for title in SCORES.values():
        columns += [f"{title}{where}, {name}" for where in ("", " outside") for name in names]
        columns += [f"{title}, {name} - {first}" for name in others]

    def row(
        label: str, pixels: float | None, inside: Mapping[str, Any], outside: Mapping[str, Any]
    ) -> Row:
        cells = [Cell(pixels, digits=DIGITS)]
        for key in SCORES:
            for part in (inside, outside):
                cells += best_of(part[key], LARGE_IS_GOOD[key], DIGITS)
            cells += differences(inside[key], DIGITS)
        return Row(label, tuple(cells))

    nothing: dict[str, Any] = dict.fromkeys(SCORES, [None] * len(names))
    rows = [
        row(FULL, 100.0, results["full"], nothing),
        row(MEAN, None, {**nothing, "iou": results["mean_iou"]}, nothing),
    ]
    for name, one in results["classes"].items():
        rows.append(row(name, 100.0 * one["pixels"], one["inside"], one["outside"]))
    return ScoreTable("", tuple(columns), tuple(rows))


def print_comparison(results: Mapping[str, Any]) -> None:
    """Prints what fits a terminal: only the scores inside the regions."""
    names = results["runs"]
    letters = [letter(number) for number in range(len(names))]
    columns = ("pixels [%]", *(f"{title} {one}" for title in SCORES.values() for one in letters))

    def values(pixels: float | None, scores: Mapping[str, Any]) -> tuple[float | None, ...]:
        return (pixels, *(value for key in SCORES for value in scores[key]))

    mean = {"iou": results["mean_iou"], "log_l1": [None] * len(names)}
    rows = [(FULL, values(100.0, results["full"])), (MEAN, values(None, mean))]
    for name, one in results["classes"].items():
        rows.append((name, values(100.0 * one["pixels"], one["inside"])))
    listed = ", ".join(f"{one} = {name}" for one, name in zip(letters, names, strict=True))
    Table(columns, tuple(rows), DIGITS).show(
        f"IoU of each class, and log L1 inside its region, {results['frames']} frames of "
        f"{results['data']}\n{listed}"
    )


def write_comparison(results: Mapping[str, Any], out: Path) -> None:
    """Writes `comparison.{md,csv,tex,json}` and pictures, if any class was seen.

    `comparison.png` joins the scores of both runs class by class; `classes.png` has those of the
    second run as bars, with the first as baseline. Of more runs, each but the first has its own
    pair of pictures, with its name.
    """
    write_json(results, out / "comparison.json")
    region_table(results).write(out, "comparison")
    first, *others = results["runs"]
    for number, name in enumerate(others, start=1):
        ending = "" if len(others) == 1 else f"_{number}_{file_name(name)}"
        _draw(results, number, (first, name), out, ending)


def _draw(
    results: Mapping[str, Any], number: int, names: tuple[str, str], out: Path, ending: str
) -> None:
    """The scores of the run of this number class by class, with the first as baseline."""
    dots, bars = {}, {}
    for key, title in SCORES.items():
        scores = {name: one["inside"][key] for name, one in results["classes"].items()}
        pairs = {name: (values[0], values[number]) for name, values in scores.items()}
        if any(value is not None for pair in pairs.values() for value in pair):
            dots[f"{title} inside"] = (pairs, LARGE_IS_GOOD[key])
            swapped = {name: (b, a) for name, (a, b) in pairs.items()}
            bars[title] = (swapped, LARGE_IS_GOOD[key], TASK_COLOURS[COLOURED[key]])
    if dots:
        plots.paired_dots(dots, names, out / f"comparison{ending}.png")
        plots.class_bars(bars, (names[1], names[0]), out / f"classes{ending}.png")
