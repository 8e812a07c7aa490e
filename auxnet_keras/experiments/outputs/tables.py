"""Tables of results: one row per score, one column per run."""

from collections.abc import Mapping
from typing import Any

from auxnet_keras.core.printable import printable
from auxnet_keras.core.tasks import TASKS
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
    """A run's scores next to the position prior's."""
    return comparison({"model": results, "position prior": results["position_prior"]})


def print_evaluation(results: Mapping[str, Any]) -> None:
    """Prints a run's scores next to the position prior's."""
    evaluation_table(results).show(_scored_on(results))


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
