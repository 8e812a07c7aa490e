"""The gradient of the main task's loss where a step would lead, on samples that do not train.

Nothing is assigned: the forward pass reads the moved weights from a scope, which also discards what
it would change, so that BatchNormalization's statistics and the random seeds move once per batch.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import task_losses


@dataclasses.dataclass(frozen=True)
class Samples:
    """Inputs, targets and sample weights (or `None`) of a batch or of a part of it."""

    x: Any
    y: Any
    sample_weight: Any


def split(batch: Samples, share: float) -> tuple[Samples, Samples]:
    """The samples that train, and the last `share` of the batch, which does not.

    Each part has at least one sample; a batch of one serves as both.
    """
    first = tf.nest.flatten(batch.x)[0]
    size = first.shape[0]
    if size is None:
        size = tf.shape(first)[0]
        held = tf.cast(tf.cast(size, tf.float32) * share, tf.int32)
        held, smallest = tf.maximum(held, 1), tf.maximum
    else:
        held, smallest = max(int(size * share), 1), max
    trains = smallest(size - held, 1)

    def part(start: Any, stop: Any) -> Samples:
        given = (batch.x, batch.y, batch.sample_weight)
        return Samples(*tf.nest.map_structure(lambda each: _rows(each, start, stop), given))

    return part(0, trains), part(size - held, size)


def main_gradient_ahead(
    model: keras.Model, direction: Sequence[Any], held: Samples
) -> list[Tensor | None]:
    """The gradient of the main task's loss at theta - learning rate * direction.

    Args:
        model: An `AuxiliaryModel` with a TensorFlow step.
        direction: One per trainable variable, or `None`; without the optimizer's loss scale.
        held: The samples to measure the loss on.

    Returns:
        One gradient per trainable variable, or `None`, with the optimizer's loss scale.
    """
    rate = tf.cast(model.optimizer.learning_rate, tf.float32)
    ahead = [
        tf.identity(v.value) if d is None else v.value - tf.cast(rate, d.dtype) * d
        for v, d in zip(model.trainable_variables, direction, strict=True)
    ]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(ahead)
        moved = list(zip(model.trainable_variables, ahead, strict=True))
        with keras.StatelessScope(state_mapping=moved):
            predictions = model(held.x, training=True)
        losses = task_losses(
            model._loss_functions.of,
            model._by_task(held.y),
            predictions,
            model._by_task(held.sample_weight),
            model._all_reduce,
        )
        loss = model.optimizer.scale_loss(losses[model.main].mean)
    return tape.gradient(loss, ahead)


def _rows(each: Any, start: Any, stop: Any) -> Any:
    return None if each is None else each[start:stop]
