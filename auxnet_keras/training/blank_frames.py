"""Leaves blank frames out of the mean of the total loss, in an evaluation on several devices.

They complete a last, smaller batch, so that every device has its share. They have no valid pixel,
and so count in no task's loss and no score. Only Keras' mean of the total loss counts images.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor


def without_blank_frames(
    model: keras.Model, x: Any, before: Sequence[Tensor], after: Sequence[Tensor]
) -> list[Tensor]:
    """The metrics' variables after a batch, as if it had no blank frames.

    Args:
        model: An `AuxiliaryModel`.
        x: The inputs of the batch.
        before, after: The metrics' variables before and after the batch.
    """
    images = keras.tree.flatten(x)[0]
    count = images.shape[0]
    shown = ops.any(ops.reshape(images, (count, -1)) != 0, axis=1)
    share = ops.sum(ops.cast(shown, "float32")) / count
    own = {id(variable) for variable in model._loss_tracker.variables}
    return [
        ops.where(share < 1, old + share * (new - old), new) if id(variable) in own else new
        for variable, old, new in zip(model.metrics_variables, before, after, strict=True)
    ]
