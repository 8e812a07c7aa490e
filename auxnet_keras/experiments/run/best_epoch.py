"""Finds the epoch of a run with the best weights, and what it trained."""

import math
from collections.abc import Mapping
from typing import Any, Protocol

from auxnet_keras.experiments.config.run_config import RunConfig


class Trained(Protocol):
    """What is asked of a run."""

    @property
    def config(self) -> RunConfig:
        """Its settings."""

    @property
    def history(self) -> dict[str, list[float]]:
        """Column of its history -> its values."""

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""

    @property
    def results(self) -> dict[str, Any]:
        """The scores of its best weights; empty before the end."""


def best_scores(run: Trained) -> dict[str, Any]:
    """The epoch with the best weights, and the scores of every task.

    They are those at the images' own size or, until the run is finished, those of its validation at
    the training size; empty until an epoch of the main task was validated.

    Raises:
        DataError: The history or the results are damaged.
    """
    losses = run.history.get(f"val_{run.config.main}_loss", [])
    if not any(map(math.isfinite, losses[run.config.auxiliary_first or 0 :])):
        return {}
    kept = best_epoch(run)
    # The results of a run that was continued and interrupted are of its earlier best weights.
    results = run.results if run.finished else {}
    scores = results or {task: _validated(kept, task) for task in run.config.tasks}
    tasks = {task: _numbers(scores[task]) for task in run.config.tasks if task in scores}
    return {"epoch": int(kept["epoch"]), **tasks}


def _numbers(scores: Mapping[str, Any]) -> dict[str, float | None]:
    """The scores, which a damaged file may not have as numbers."""
    return {key: None if value is None else float(value) for key, value in scores.items()}


def best_epoch(run: Trained) -> dict[str, float]:
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


def idle_tasks(run: Trained) -> tuple[str, ...]:
    """Tasks with the loss weight 0 at that epoch, such as depth after it was trained first.

    The encoder changed without their decoders, so what these predict says little.

    Raises:
        DataError: The history is damaged.
    """
    kept = best_epoch(run)
    return tuple(task for task in run.config.tasks if kept.get(f"weight_{task}") == 0.0)


def _validated(kept: dict[str, float], task: str) -> dict[str, float]:
    """The validation's scores of a task in a row of the history."""
    prefix = f"val_{task}_"
    found = {key.removeprefix(prefix): kept[key] for key in kept if key.startswith(prefix)}
    return {key: value for key, value in found.items() if math.isfinite(value)}
