"""Tables of results: one row per score, one column per run."""

from collections.abc import Mapping
from typing import Any

from auxnet_keras.core.printable import printable
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.experiments.score.parts import PARTS
from auxnet_keras.experiments.score.per_image import SCORES
from auxnet_keras.metrics.depth_ranges import RANGES
from auxnet_keras.tables.table import Table

LABELS = {
    "mean_iou": "mean IoU",
    "fw_iou": "frequency-weighted IoU",
    "micro_iou": "micro IoU",
    "pixel_accuracy": "pixel accuracy",
    "mean_class_accuracy": "mean class accuracy",
    "abs_rel": "abs rel",
    "sq_rel": "sq rel",
    "rmse": "RMSE [m]",
    "rmse_log": "RMSE log",
    "log10": "log10 error",
    "silog": "SI log",
    "delta_1": "delta < 1.25",
    "delta_2": "delta < 1.25^2",
    "delta_3": "delta < 1.25^3",
    "mae": "MAE [m]",
    "d1_all": "KITTI D1 [%]",
}


def comparison(results: Mapping[str, Mapping[str, Any]]) -> Table:
    """The table of several evaluations.

    Args:
        results: Column name -> {"segmentation": {score: value}, "depth": {score: value}}, as
            `auxnet_keras.experiments.evaluate` returns them; either may be missing. The first
            column has the task that comes first: the main one of its run.

    Example:
        >>> runs = [ak.experiments.load_run(path) for path in ("runs/single", "runs/multi")]
        >>> print(comparison({run.name: run.results for run in runs}).markdown())
    """
    rows = []
    for task in dict.fromkeys(task for one in results.values() for task in one if task in TASKS):
        scores = {key: None for one in results.values() for key in one.get(task, {})}
        for key in scores:
            values = tuple(one.get(task, {}).get(key) for one in results.values())
            rows.append((_label(key), values))
    return Table(tuple(results), tuple(rows))


def evaluation_table(results: Mapping[str, Any]) -> Table:
    """A run's scores next to the position prior's, those of the main task first."""
    return comparison({"model": results, "position prior": results["position_prior"]})


def part_table(results: Mapping[str, Any]) -> Table:
    """A row for each part of the images: near, middle, far, along class borders, elsewhere."""
    parts = results["parts"]
    shown = [name for name in PARTS if name in parts]
    columns, keys = ["pixels"], []
    for task in _order(results):
        if any(task in parts[name] for name in shown):
            keys += [(task, key) for key in SCORES[task]]
    columns += [_label(key) for _, key in keys]
    rows = []
    for name in shown:
        values = tuple(parts[name].get(task, {}).get(key) for task, key in keys)
        rows.append((part_name(name, parts), (_share(name, parts), *values)))
    return Table(tuple(columns), tuple(rows))


def class_table(results: Mapping[str, Any]) -> Table:
    """A row for each class: its IoU, the position prior's, and the error of depth on its pixels."""
    model = results.get("segmentation", {})
    prior = results["position_prior"].get("segmentation", {})
    depth = results.get("depth_by_class", {})
    names = [key.removeprefix("iou_") for key in model if key.startswith("iou_")]
    columns: list[str] = []
    for task in _order(results):
        if task == "segmentation":
            columns += ["IoU", "IoU of the position prior"]
        elif depth:
            columns += [_label(key) for key in SCORES["depth"]]
    rows = []
    for name in dict.fromkeys([*names, *depth]):
        cells: list[float | None] = []
        for task in _order(results):
            if task == "segmentation":
                cells += [one.get(f"iou_{name}") for one in (model, prior)]
            elif depth:
                cells += [depth.get(name, {}).get(key) for key in SCORES["depth"]]
        rows.append((name, tuple(cells)))
    return Table(tuple(columns), tuple(rows), corner="class")


def print_evaluation(results: Mapping[str, Any]) -> None:
    """Prints a run's scores next to the position prior's, and those of parts of the images."""
    evaluation_table(results).show(_scored_on(results))
    if "parts" in results:  # not in those of 0.1.0
        part_table(results).show("\nParts of the images, over all their pixels")
    if "depth_by_class" in results:
        class_table(results).show("\nClass by class")


def logged_evaluation(results: Mapping[str, Any]) -> str:
    """A run's scores next to the position prior's, as lines of a log."""
    table = evaluation_table(results)
    rows = [
        ("", table.columns),
        *((label, map(_three_digits, cells)) for label, cells in table.rows),
    ]
    widest = max(len(label) for label, _ in rows)
    lines = [f"{label:{widest}}{''.join(f'  {cell:>14}' for cell in row)}" for label, row in rows]
    return "\n".join(map(printable, [_scored_on(results), *lines]))


def _scored_on(results: Mapping[str, Any]) -> str:
    return (
        f"{results['frames']} frames of {results['data']} ({results['split']}), "
        "at the images' own size"
    )


def _three_digits(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}"


def _label(key: str) -> str:
    return f"IoU {key.removeprefix('iou_')}" if key.startswith("iou_") else LABELS.get(key, key)


def _order(results: Mapping[str, Any]) -> list[str]:
    """Its tasks, in the order of its scores: the main task first."""
    return [key for key in results if key in TASKS]


def part_name(name: str, parts: Mapping[str, Any]) -> str:
    """The title of a part: near, middle or far with its distances, or where it is."""
    if name in RANGES:
        number, edges = RANGES.index(name), parts["ranges"]["edges"]
        if edges is None:
            return f"{name} third"
        return f"{name}, {edges[number]:g}-{edges[number + 1]:g} m"
    return {
        "all": "all pixels",
        "border": f"borders, {parts['border_px']} px",
        "interior": "inside classes",
    }[name]


def _share(name: str, parts: Mapping[str, Any]) -> str | None:
    """Per cent of the pixels of a task that are in the part."""
    for task in _order(parts["all"]):
        whole, part = (parts[one].get(task, {}).get("pixels", 0) for one in ("all", name))
        if part:
            return f"{100.0 * part / whole:.1f} %"
    return None
