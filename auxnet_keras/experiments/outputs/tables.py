"""Tables of results: one row per score, one column per run."""

from collections.abc import Mapping
from typing import Any

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


def comparison(results: Mapping[str, Mapping[str, Any]], main: str = TASKS[0]) -> Table:
    """The table of several evaluations.

    Args:
        results: Column name -> {"segmentation": {score: value}, "depth": {score: value}}, as
            `auxnet_keras.experiments.evaluate` returns them; either may be missing.
        main: The task whose scores come first.

    Example:
        >>> runs = [ak.experiments.load_run(path) for path in ("runs/single", "runs/multi")]
        >>> print(comparison({run.name: run.results for run in runs}).markdown())
    """
    rows = []
    for task in sorted(TASKS, key=lambda task: task != main):
        scores = {key: None for one in results.values() for key in one.get(task, {})}
        for key in scores:
            values = tuple(one.get(task, {}).get(key) for one in results.values())
            rows.append((_label(key), values))
    return Table(tuple(results), tuple(rows))


def evaluation_table(results: Mapping[str, Any], main: str = TASKS[0]) -> Table:
    """A run's scores next to the position prior's, those of the main task first."""
    return comparison({"model": results, "position prior": results["position_prior"]}, main)


def print_evaluation(results: Mapping[str, Any], main: str = TASKS[0]) -> None:
    """Prints a run's scores next to the position prior's, those of the main task first."""
    evaluation_table(results, main).show(
        f"{results['frames']} frames of {results['data']} ({results['split']}), "
        "at the images' own size"
    )


def _label(key: str) -> str:
    return f"IoU {key.removeprefix('iou_')}" if key.startswith("iou_") else LABELS.get(key, key)
