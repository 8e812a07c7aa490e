"""The losses of samples at other weights than the model's, such as where a step would lead.

Nothing is assigned: the forward pass reads the other values from a scope, which also discards what
it would change, so that BatchNormalization's statistics and the random seeds move once per batch.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss, task_losses


@dataclasses.dataclass(frozen=True)
class Samples:
    """Inputs, targets and sample weights (or `None`) of a batch or of a part of it."""

    x: Any
    y: Any
    sample_weight: Any

    def count(self) -> Any:
        """Number of samples; a tensor where it is known only while the step runs."""
        return ops.shape(next(each for each in keras.tree.flatten(self.x) if each is not None))[0]


def split(batch: Samples, share: float) -> tuple[Samples, Samples]:
    """The samples that train, and the last `share` of the batch, which does not.

    Each part has at least one sample; a batch of one serves as both.
    """
    size = batch.count()
    if isinstance(size, int):
        held, smallest = max(int(size * share), 1), max
    else:
        held = ops.maximum(ops.cast(ops.cast(size, "float32") * share, "int32"), 1)
        smallest = ops.maximum
    trains = smallest(size - held, 1)

    def part(start: Any, stop: Any) -> Samples:
        given = (batch.x, batch.y, batch.sample_weight)
        return Samples(*keras.tree.map_structure(lambda each: _rows(each, start, stop), given))

    return part(0, trains), part(size - held, size)


def parameters_ahead(model: keras.Model, direction: Sequence[Any]) -> list[Tensor]:
    """The values theta - learning rate * direction of the trainable variables.

    Args:
        model: An `AuxiliaryModel`.
        direction: One per trainable variable, or `None`; without the optimizer's loss scale.
    """
    rate = ops.cast(model.optimizer.learning_rate, "float32")
    values = [ops.convert_to_tensor(variable) for variable in model.trainable_variables]
    return [
        value if d is None else value - ops.cast(rate, d.dtype) * d
        for value, d in zip(values, direction, strict=True)
    ]


def losses_with(
    model: keras.Model, values: Iterable[tuple[keras.Variable, Any]], samples: Samples
) -> dict[str, TaskLoss]:
    """Every task's loss in a training pass on `samples`, with these values of variables."""
    with keras.StatelessScope(values):
        predictions = model(samples.x, training=True)
    return task_losses(
        model._loss_functions.of,
        model._by_task(samples.y),
        predictions,
        model._by_task(samples.sample_weight),
        model._all_reduce,
    )


def _rows(each: Any, start: Any, stop: Any) -> Any:
    return None if each is None else each[start:stop]
