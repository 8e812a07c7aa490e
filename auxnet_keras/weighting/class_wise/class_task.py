"""Which auxiliary task has class weights."""

from typing import Any

import keras

from auxnet_keras.errors import ConfigError, unknown


def class_task(model: keras.Model, auxiliary: str | None, depth_bins: Any) -> str:
    """The auxiliary task of `model` whose classes have weights.

    Args:
        model: Compiled, with at least one auxiliary task.
        auxiliary: The user's choice; by default the only one, or the only one with labels or bins.
        depth_bins: Given if a depth can be meant.

    Raises:
        ConfigError: `auxiliary` is no auxiliary task; without it, none or several are possible.
    """
    tasks = model.tasks[1:]
    if auxiliary is not None:
        if auxiliary not in tasks:
            raise unknown("auxiliary task for class weights", auxiliary, tasks)
        return auxiliary
    if len(tasks) == 1:
        return tasks[0]
    possible = [task for task in tasks if _has_classes(model, task, depth_bins)]
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise ConfigError(
            f"More than one auxiliary task can have class weights: {', '.join(possible)}. Choose "
            f"one: ClassWiseWeighting(auxiliary={possible[0]!r}). Received: auxiliary=None."
        )
    raise ConfigError(
        "None of the auxiliary tasks has classes: labels with a loss like PixelCrossEntropy, or a "
        "depth with depth_bins. Pass depth_bins, or name the task with auxiliary=. "
        f"Received: auxiliary tasks {', '.join(tasks)}."
    )


def _has_classes(model: keras.Model, task: str, depth_bins: Any) -> bool:
    loss = model.loss.get(task)
    if not hasattr(loss, "per_pixel"):
        return False
    if model.output[task].shape[-1] == 1:
        return depth_bins is not None
    return hasattr(loss, "ignore_label")  # the targets are labels, not for example normals
