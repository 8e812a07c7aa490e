"""The checks of `AuxiliaryModel` before a step is traced."""

from collections.abc import Mapping
from typing import Any

import keras

from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.weighting.base import Weighting


def losses_by_task(model: keras.Model, loss: Any) -> dict[str, Any]:
    """The losses passed to `compile`, by task, main task first; `None` is no loss, as in Keras.

    Raises:
        ConfigError: They are not a dict, or one is for an unknown output.
    """
    if not isinstance(loss, Mapping):
        raise ConfigError(
            "The losses of compile must be a dict of task to loss, one for each of "
            f"{model.output_names}. Received: loss={loss!r}."
        )
    for task in loss:
        if task not in model.output_names:
            raise unknown("output in loss", task, model.output_names)
    others = (task for task in model.output_names if task not in model.tasks)
    given = (task for task in (*model.tasks, *others) if loss.get(task) is not None)
    return {task: keras.losses.get(loss[task]) for task in given}


def check_weighting_fits(model: keras.Model, weighting: Weighting) -> None:
    """Refuses a weighting that does not work with `model` as compiled.

    Raises:
        ConfigError: The model has one task; a task has no loss; the weighting needs per-pixel
            losses, which a loss does not have.
    """
    name = type(weighting).__name__
    if model.auxiliary is None:
        raise ConfigError(
            f"{name} balances a main task and auxiliary ones, but this model has one task. Train "
            f"it without a weighting. Received: outputs {model.tasks}."
        )
    if not model.compiled:
        raise ConfigError(f"Compile the model before attaching {name}. Received: no loss.")
    missing = [task for task in model.tasks if task not in model.loss]
    if missing:
        raise ConfigError(
            f"{name} needs a loss for every task. Pass compile a loss for {missing}. "
            f"Received: losses for {sorted(model.loss)}."
        )
    for task in weighting.per_pixel_tasks(model):
        if not hasattr(model.loss[task], "per_pixel"):
            raise ConfigError(
                f"{name} needs the loss of every pixel, so the loss of {task!r} must have "
                "per_pixel(y, prediction) -> (values, valid), as in auxnet_keras.losses. Other "
                "Keras losses work with task weightings only. "
                f"Received: {type(model.loss[task]).__name__}."
            )


def check_distributable(model: keras.Model) -> None:
    """Refuses settings that fail inside Keras on several replicas.

    Raises:
        ConfigError: `steps_per_execution` > 1, or gradient accumulation.
    """
    steps = model.steps_per_execution
    accumulation = getattr(model.optimizer, "gradient_accumulation_steps", None)
    if steps > 1 or accumulation:
        raise ConfigError(
            "Under a tf.distribute strategy Keras fails with steps_per_execution > 1 or gradient "
            "accumulation. Use neither on several replicas. Received: "
            f"steps_per_execution={steps}, gradient_accumulation_steps={accumulation}."
        )
