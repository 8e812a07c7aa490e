"""Scores late in the training, which do not depend on the epoch that a run happened to keep.

The kept epoch has the lowest validation loss, as in the AuxNet paper. On little data the loss rises
again while the IoU still grows, so that epoch is an early one and its score is noisy.
"""

from collections.abc import Sequence

import numpy as np

from auxnet_keras.experiments.reports.comparison import budgets
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.scores import Score
from auxnet_keras.experiments.reports.table_rows import arms_of
from auxnet_keras.experiments.statistics.paired import paired

SHARE = 4
_LEAST = 8


def late_table(runs: Sequence[Scored], baseline: str, score: Score) -> ScoreTable | None:
    """Each arm's mean over the last quarter of its validations, against the baseline's.

    Args:
        runs: Runs of one main task.
        baseline: The arm to compare with.
        score: The score of that task.

    Returns:
        The table; `None` if a run has fewer than eight validations.
    """
    if any(len(run.progress) < _LEAST for run in runs):
        return None
    rows = []
    for labels in budgets(runs):
        late = {
            arm: {run.seed: _late(run) for run in runs if run.arm == arm and run.labels == labels}
            for arm in arms_of(runs)
        }
        for arm, values in late.items():
            if values:
                rows.append(Row(arm, _cells(labels, values, late.get(baseline, {}), score)))
    unit = f" [{score.unit}]" if score.unit else ""
    columns = (
        "labels",
        "n",
        f"{score.title}, mean of the last quarter",
        f"difference{unit}",
        "95 % interval",
    )
    return ScoreTable(f"late in the training, against {baseline}", columns, tuple(rows))


def _late(run: Scored) -> float:
    values = list(run.progress.values())
    return float(np.mean(values[-(len(values) // SHARE) :]))


def _cells(
    labels: int | None, values: dict[int, float], base: dict[int, float], score: Score
) -> tuple[Cell, ...]:
    spread = float(np.std(list(values.values()), ddof=1)) if len(values) > 1 else None
    mean = Cell(
        score.scale * float(np.mean(list(values.values()))),
        None if spread is None else score.scale * spread,
        digits=score.digits,
    )
    own = values is base
    result = paired(values, base)
    return (
        Cell(text="all" if labels is None else str(labels)),
        Cell(float(len(values)), digits=0),
        mean,
        Cell() if own or result.n == 0 else Cell(text=score.signed(result.difference)),
        Cell()
        if own or result.n < 2
        else Cell(text=" to ".join(score.signed(end) for end in result.interval)),
    )
