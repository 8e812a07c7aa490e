"""Finds the epoch of a run with the best weights."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


def best_epoch(run: "Run") -> dict[str, float]:
    """The history's row of the epoch with the best weights; `epoch` counts from 1.

    Raises:
        DataError: The history is damaged.
    """
    history = run.history
    before = run.config.auxiliary_first or 0  # epochs of the auxiliary task alone do not count
    column = history[f"val_{run.config.main}_loss"]
    monitored = [
        value if epoch >= before and math.isfinite(value) else math.inf
        for epoch, value in enumerate(column)
    ]
    best = monitored.index(min(monitored))
    return {key: values[best] for key, values in history.items()} | {"epoch": best + 1}
