"""The constant `loss_weights` of `compile`: numbers, or variables that a callback changes."""

import math
from collections.abc import Collection, Mapping
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown, unknown


class LossWeights:
    """Weights by task, which the gradient does not see; 1 for a task without one.

    Not a dict, because Keras searches attributes of a model for variables, in dicts too: it would
    train a weight given as `keras.Variable`, and save it with the model.

    Args:
        given: As passed to `compile`.
        tasks: The tasks with a loss.

    Raises:
        ConfigError: Not a dict of known tasks to finite numbers or variables, or a variable on a
            backend that compiles its value into the step.
    """

    def __init__(self, given: Any, tasks: Collection[str]) -> None:
        if given is not None and not isinstance(given, Mapping):
            raise ConfigError(
                "loss_weights must be a dict of task to weight, one for each of "
                f"{list(tasks)}. Received: {shown(given)}."
            )
        self._weights: dict[str, Any] = dict(given or {})
        for task, weight in self._weights.items():
            if task not in tasks:
                raise unknown("task in loss_weights", task, tasks)
            _check(task, weight)

    def of(self, task: str) -> Tensor | float:
        """The current weight of a task."""
        weight = self._weights.get(task, 1.0)
        return ops.stop_gradient(ops.convert_to_tensor(weight)) if _varies(weight) else weight

    def numbers(self) -> dict[str, float]:
        """The current weights, to save."""
        return {task: _number(weight) for task, weight in self._weights.items()}


def _varies(weight: Any) -> bool:
    return hasattr(weight, "assign")


def _number(weight: Any) -> float:
    return float(ops.convert_to_numpy(weight) if _varies(weight) else weight)


def _check(task: str, weight: Any) -> None:
    try:
        number = math.nan if isinstance(weight, bool | str) else _number(weight)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ConfigError(
            f"The loss weight of {task!r} must be a finite number or a scalar keras.Variable. "
            f"Received: {shown(weight)}."
        )
    if _varies(weight) and keras.backend.backend() == "jax":
        raise ConfigError(
            f"The loss weight of {task!r} is a variable, whose value a compiled step on "
            "jax keeps for good. Use a weighting, such as "
            "auxnet_keras.weighting.WeightSchedule, whose weights are part of the step. "
            f"Received: {type(weight).__name__}."
        )
