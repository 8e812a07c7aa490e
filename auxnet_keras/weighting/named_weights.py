"""Weights that a user gives by the names of the tasks."""

import math
from collections.abc import Mapping

from auxnet_keras.errors import ConfigError, shown, unknown


def checked_weights(task_weights: Mapping[str, float]) -> dict[str, float]:
    """The weights as floats.

    Raises:
        ConfigError: Not a dict, or one is not a finite number >= 0.
    """
    if not isinstance(task_weights, Mapping):
        raise ConfigError(
            "Task weights must be a dict of task to weight, such as "
            f"{{'segmentation': 1.0, 'depth': 0.5}}. Received: {shown(task_weights)}."
        )
    for task, weight in task_weights.items():
        if not isinstance(weight, int | float) or not math.isfinite(weight) or weight < 0:
            raise ConfigError(
                f"The weight of {task!r} must be a finite number >= 0. Received: {shown(weight)}."
            )
    return {task: float(weight) for task, weight in task_weights.items()}


def in_order(owner: str, task_weights: Mapping[str, float], tasks: tuple[str, ...]) -> list[float]:
    """The weights in the order of the model's tasks.

    Args:
        owner: Name of the weighting, for messages.
        task_weights: Task to weight.
        tasks: The model's tasks.

    Raises:
        ConfigError: A task that the model does not have, or one without a weight.
    """
    for task in task_weights:
        if task not in tasks:
            raise unknown(f"task in {owner}", task, tasks)
    missing = [task for task in tasks if task not in task_weights]
    if missing:
        raise ConfigError(
            f"{owner} needs a weight for every task of the model; {missing} has none. "
            f"Received: {dict(task_weights)}."
        )
    return [task_weights[task] for task in tasks]
