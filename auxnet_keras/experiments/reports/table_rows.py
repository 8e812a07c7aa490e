"""Cells of means over seeds, for any score of some runs."""

from collections.abc import Sequence

import numpy as np

from auxnet_keras.experiments.reports.score_table import Cell
from auxnet_keras.experiments.reports.scored import Scored


def arms_of(runs: Sequence[Scored]) -> list[str]:
    """Arms in the order of their first runs."""
    return list(dict.fromkeys(run.arm for run in runs))


def of_arm(runs: Sequence[Scored], arm: str, labels: int | None) -> list[Scored]:
    """The runs of an arm at a budget."""
    return [run for run in runs if run.arm == arm and run.labels == labels]


def cell(runs: Sequence[Scored], key: str, scale: float = 1.0, digits: int = 2) -> Cell:
    """Mean and standard deviation over the runs that have a score; a dash if none has."""
    given = [run.scores.get(key) for run in runs]
    values = np.array([value for value in given if value is not None])
    if not len(values):
        return Cell(digits=digits)
    deviation = float(values.std(ddof=1)) * scale if len(values) > 1 else None
    return Cell(float(values.mean()) * scale, deviation, digits)


def labelled(name: str, labels: int | None, several: bool) -> str:
    """The name of a row, with its budget where there are several."""
    return f"{name}, {'all' if labels is None else labels} labels" if several else name
