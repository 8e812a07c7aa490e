"""Trains on one batch again and again: its loss must fall, or something is wrong."""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.experiments.config.config_file import as_config
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.trial import Trial, run_trial

STEPS = 200
FELL = 0.5
"""The largest share of the first loss that counts as fallen."""


@dataclasses.dataclass(frozen=True)
class Overfitting:
    """What became of the losses on one batch.

    Attributes:
        steps: Steps done.
        first, last: Every task's loss in the first and the last step.
        main: The main task.
    """

    steps: int
    first: Mapping[str, float]
    last: Mapping[str, float]
    main: str

    @property
    def fell(self) -> bool:
        """Whether the loss of the main task is at most half of the first one."""
        return self.last[self.main] <= FELL * self.first[self.main]

    def __str__(self) -> str:
        falls = ", ".join(
            f"{task} {self.first[task]:.4g} -> {self.last[task]:.4g}" for task in self.first
        )
        if self.fell:
            verdict = "The loss of the main task fell: the network can learn this batch"
        elif all(map(math.isfinite, self.last.values())):
            verdict = (
                "The loss of the main task did not fall to half: check the learning rate "
                "(--find-learning-rate), labels and depths (auxnet data browse), and the weighting"
            )
        else:
            verdict = "The loss is no longer finite: try a lower learning rate"
        return f"{verdict}. After {self.steps} steps on one batch: {falls}."


def overfit_one_batch(config: RunConfig | Mapping[str, Any] | str | Path) -> Overfitting:
    """Trains 200 steps on a single batch; a network that cannot learn it cannot learn anything.

    The batch has the first frames that the run would keep with `limit` set to its batch size,
    without augmentation; all keep the targets that they have. It trains in a temporary folder, and
    the run folder does not change.

    Args:
        config: As for `train`.

    Returns:
        The losses of the first and the last step; its text says what they mean.

    Raises:
        ConfigError, DataError: As `train`.

    Example:
        >>> found = ak.experiments.overfit_one_batch({"data": "street"})  # doctest: +SKIP
        >>> found.fell  # doctest: +SKIP
        True
    """
    config = as_config(config)
    batch = _OneBatch()
    changes = {"limit": config.batch_size, "labels": None, "extra_data": None, "cache": "memory"}
    run_trial(config, batch, augment=False, **changes)
    return Overfitting(batch.done, batch.first, batch.last, config.main)


class _OneBatch(Trial):
    """Records the losses; every epoch has one step, so its logs are those of the step."""

    def __init__(self) -> None:
        super().__init__(STEPS)
        self.first: dict[str, float] = {}
        self.last: dict[str, float] = {}

    def goes_on(self, logs: dict[str, float]) -> bool:
        tasks = self.model.tasks
        self.last = {task: float(logs[f"{task}_loss"]) for task in tasks}
        self.first = self.first or self.last
        return all(map(math.isfinite, self.last.values()))
