"""Finds the epoch of a run with the best weights, and what it trained."""

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
    return {key: values[best] for key, values in history.items()}


def idle_tasks(run: "Run") -> tuple[str, ...]:
    """Tasks with the loss weight 0 at that epoch, such as depth after it was trained first.

    The encoder changed without their decoders, so what these predict says little.

    Raises:
        DataError: The history is damaged.
    """
    kept = best_epoch(run)
    return tuple(task for task in run.config.tasks if kept.get(f"weight_{task}") == 0.0)
