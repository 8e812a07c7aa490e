"""Constant weights, as in paper A's AuxNet_400 and AuxNet_1000."""

import math
from collections.abc import Mapping

from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.weighting.base import TaskWeighting


class FixedWeights(TaskWeighting):
    """L = sum_k lambda_k L_k with constant lambda.

    Use it for a baseline with a known ratio of the tasks; the ratio depends on the units of both
    losses.

    Args:
        task_weights: Every task of the model to its weight, a finite number >= 0.

    Raises:
        ConfigError: A weight is not a finite number >= 0. When attached: a task is unknown to the
            model, or a task of the model is missing.

    Example:
        >>> auxnet_400 = ak.weighting.FixedWeights({"segmentation": 400.0, "depth": 1.0})
        >>> model.fit(train, callbacks=[auxnet_400])

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, Eq. 2 and section 4.1.
    """

    def __init__(self, task_weights: Mapping[str, float]) -> None:
        super().__init__()
        for task, weight in task_weights.items():
            if not math.isfinite(weight) or weight < 0:
                raise ConfigError(
                    f"The weight of {task!r} must be a finite number >= 0. Received: {weight}."
                )
        self.task_weights = {task: float(weight) for task, weight in task_weights.items()}

    def initial(self, tasks: tuple[str, ...]) -> list[float]:
        for task in self.task_weights:
            if task not in tasks:
                raise unknown("task in FixedWeights", task, tasks)
        missing = [task for task in tasks if task not in self.task_weights]
        if missing:
            raise ConfigError(
                f"FixedWeights needs a weight for every task of the model. Add one for {missing}. "
                f"Received: {self.task_weights}."
            )
        return [self.task_weights[task] for task in tasks]
