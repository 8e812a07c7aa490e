"""How many labels a gain is worth: where the baseline's curve over label budgets reaches it."""

import dataclasses
from collections.abc import Mapping

import numpy as np


@dataclasses.dataclass(frozen=True)
class Worth:
    """A score, in labels of the baseline.

    Attributes:
        labels: Labels the baseline needs for it; the end of the curve if the score is beyond it.
        beyond: -1 below the curve (it needs at most that many), 1 above it (it needs more), else 0.
    """

    labels: float
    beyond: int

    def __str__(self) -> str:
        return f"{('at most ', '', 'more than ')[self.beyond + 1]}{self.labels:.0f}"


def labels_worth(curve: Mapping[int, float], score: float) -> Worth:
    """The number of labels at which a baseline has a score.

    Linear between the budgets over the logarithm of the labels, as learning curves are; where the
    baseline's mean falls with more labels, by chance, the curve stays at its best so far.

    Args:
        curve: Labels -> the baseline's mean score, larger is better; at least one budget.
        score: The arm's.

    Example:
        >>> str(labels_worth({10: 0.2, 40: 0.3}, 0.25))
        '20'
    """
    labels = np.array(sorted(curve), np.float64)
    scores = np.maximum.accumulate([curve[int(n)] for n in labels])
    if score < scores[0]:
        return Worth(float(labels[0]), -1)
    if score > scores[-1]:
        return Worth(float(labels[-1]), 1)
    # The first budget that reaches the score, and a straight line from the one before.
    k = int(np.searchsorted(scores, score))
    if k == 0:
        return Worth(float(labels[0]), 0)
    part = (score - scores[k - 1]) / (scores[k] - scores[k - 1])
    return Worth(float(labels[k - 1] * (labels[k] / labels[k - 1]) ** part), 0)
