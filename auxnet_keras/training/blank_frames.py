"""Leaves blank frames out of the mean of the total loss, in an evaluation on several devices.

They complete a last, smaller batch, so that every device has its share. They have no valid pixel,
and so count in no task's loss and no score. Only Keras' mean of the total loss counts images.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor


def test_step(model: keras.Model, keras_step: Callable, *args: Any) -> Any:
    """Keras' own step of an evaluation, in which only frames that are not blank count.

    Args:
        model: An `AuxiliaryModel`.
        keras_step: Keras' own step.
        *args: Its arguments: the batch, on JAX after the variables' values.
    """
    own = {id(variable) for variable in model._loss_tracker.variables}
    if keras.distribution.distribution() is not None:
        state, batch = args
        logs, (*others, after) = keras_step(state, batch)
        share = _shown(batch)
        return logs, (
            *others,
            [
                _counted(share, old, new) if id(variable) in own else new
                for variable, old, new in zip(
                    model.metrics_variables, state[-1], after, strict=True
                )
            ],
        )
    if model._all_reduce.replicas == 1:
        return keras_step(*args)
    before = [ops.copy(ops.convert_to_tensor(each)) for each in model._loss_tracker.variables]
    logs = keras_step(*args)
    share = _shown(args[0])
    for variable, old in zip(model._loss_tracker.variables, before, strict=True):
        variable.assign(_counted(share, old, ops.convert_to_tensor(variable)))
    return logs


def _shown(batch: Any) -> Tensor:
    """The share of the frames that are not blank."""
    images = keras.tree.flatten(batch[0])[-1]  # of FuseNet's inputs, depth comes first
    shown = ops.any(images != 0, axis=(1, 2, 3))
    return ops.mean(ops.cast(shown, "float32"))


def _counted(share: Tensor, old: Tensor, new: Tensor) -> Tensor:
    return ops.where(share < 1, old + share * (new - old), new)
