"""Tables of several runs: scores with differences from the first, and IoU of every class."""

from collections.abc import Mapping, Sequence
from typing import Any

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.experiments.outputs.tables import LABELS
from auxnet_keras.experiments.reports.published_rows import published_classes
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable, mark_best

Results = Mapping[str, Mapping[str, Any]]
"""Name of a run -> its results."""

_SMALL_IS_GOOD = (
    "abs_rel", "sq_rel", "rmse", "rmse_log", "log10", "silog", "mae", "d1_all",
)  # fmt: skip

_MEAN = "mean IoU"


def summary_table(results: Results) -> ScoreTable:
    """A row per score, a column per run, and the differences from the first run.

    The best value of a row is bold.

    Args:
        results: As `results.json`; the first run's tasks come first.
    """
    first, *others = results
    columns = (*results, *(f"{name} - {first}" for name in others))
    rows = []
    for task in dict.fromkeys(task for one in results.values() for task in one if task in TASKS):
        keys = dict.fromkeys(key for one in results.values() for key in one.get(task, {}))
        for key in keys:
            if not key.startswith("iou_"):  # they have their own table
                values = [one.get(task, {}).get(key) for one in results.values()]
                cells = (*best_of(values, key not in _SMALL_IS_GOOD, 4), *differences(values, 4))
                rows.append(Row(LABELS.get(key, key), cells))
    return ScoreTable("score", columns, tuple(rows))


def iou_table(results: Results, data: str) -> ScoreTable | None:
    """Table 1 of the AuxNet paper: a row per run, a column per class, in per cent.

    Below the runs are, where the classes fit, the numbers that the paper publishes.

    Args:
        results: As `results.json`.
        data: The kind of the data set.

    Returns:
        `None` without a segmentation.
    """
    scored = {
        name: one["segmentation"]
        for name, one in results.items()
        if one.get("segmentation", {}).get("mean_iou") is not None
    }
    if not scored:
        return None
    keys = dict.fromkeys(key for one in scored.values() for key in one if key.startswith("iou_"))
    columns = (*(key.removeprefix("iou_") for key in keys), _MEAN)
    values = {
        name: [_percent(one.get(key)) for key in (*keys, "mean_iou")]
        for name, one in scored.items()
    }
    rows = [Row(name, tuple(map(Cell, of_run))) for name, of_run in values.items()]
    marked = mark_best(rows, [True] * len(columns))
    return ScoreTable("IoU [%]", columns, (*marked, *published_classes(data, columns)))


def iou_differences(table: ScoreTable) -> ScoreTable | None:
    """What each run of `iou_table` has more than the first, in points; `None` for a single run."""
    first, *others = (row for row in table.rows if not row.published)
    rows = []
    for row in others:
        pairs = zip(first.cells, row.cells, strict=True)
        cells = tuple(differences((one.value, other.value), 2)[0] for one, other in pairs)
        rows.append(Row(f"{row.label} - {first.label}", cells))
    return ScoreTable("difference [points]", table.columns, tuple(rows)) if rows else None


def best_of(
    values: Sequence[float | None], larger_is_better: bool, digits: int
) -> tuple[Cell, ...]:
    """Values of several runs as cells, the best as shown marked, unless all are equal."""
    shown = [None if value is None else round(value, digits) for value in values]
    known = [value for value in shown if value is not None]
    best = (max if larger_is_better else min)(known) if len(set(known)) > 1 else None
    return tuple(
        Cell(value, digits=digits, best=one is not None and one == best)
        for value, one in zip(values, shown, strict=True)
    )


def differences(values: Sequence[float | None], digits: int) -> tuple[Cell, ...]:
    """What each value has more than the first, signed; nothing where either is missing."""
    first, *others = values
    return tuple(
        Cell()
        if value is None or first is None
        else Cell(value - first, digits=digits, signed=True)
        for value in others
    )


def _percent(value: float | None) -> float | None:
    return None if value is None else 100.0 * value
