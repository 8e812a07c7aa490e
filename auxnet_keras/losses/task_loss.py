"""The loss of one task on one batch, in the form weightings need it."""

import dataclasses
from collections.abc import Callable, Mapping

import keras
from keras import ops

from auxnet_keras.core.replicas import AllReduce
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class TaskLoss:
    """Unweighted loss of a task on a batch.

    Attributes:
        mean: Scalar: mean over the valid pixels of the batch, over all replicas; 0 when there are
            none. Its gradient is this replica's share of the gradient of that mean.
        total: Scalar: sum over this replica's valid pixels, not differentiated.
        count: Scalar: how many pixels (or the sum of their weights) that is.
        present: Scalar bool: the batch has a valid pixel on some replica.
        per_pixel: Losses [B, H, W], or `None` if the loss function does not return them.
        valid: Weights [B, H, W] of the pixels, 0 where not valid, or `None`.
        target: The target as it came from the data set.
    """

    mean: Tensor
    total: Tensor
    count: Tensor
    present: Tensor
    per_pixel: Tensor
    valid: Tensor
    target: Tensor


def task_losses(
    functions: Mapping[str, Callable],
    targets: Mapping[str, Tensor],
    predictions: Mapping[str, Tensor],
    sample_weight: Mapping[str, Tensor],
    all_reduce: AllReduce,
) -> dict[str, TaskLoss]:
    """Evaluates every task's loss once.

    Under `tf.distribute` a mean of the replicas' means would be wrong when their masks differ, so
    (sum, count) pairs are summed over replicas first.

    Args:
        functions: Task to its loss: one with `per_pixel(y, prediction) -> (values, valid)`, or any
            Keras loss (its value then counts as the mean over the samples of the batch).
        targets, predictions: Task to tensor.
        sample_weight: Task to weights that broadcast to the per-pixel losses; may be empty.
        all_reduce: Sums a vector of length 2 * tasks over replicas.

    Raises:
        ConfigError: A task has no target.
    """
    local = {}
    for task, function in functions.items():
        if task not in targets:
            raise ConfigError(
                f"The data set has no target for the output {task!r}. Expected targets as a dict "
                f"with the keys {sorted(functions)}. Received: {sorted(targets)}."
            )
        local[task] = _local(function, targets[task], predictions[task], sample_weight.get(task))
    sums = ops.stack([part for total, count, *_ in local.values() for part in (total, count)])
    summed = all_reduce(sums)
    return {
        task: _reduced(summed[2 * i], summed[2 * i + 1], *parts, targets[task])
        for i, (task, parts) in enumerate(local.items())
    }


def _local(function: Callable, target: Tensor, prediction: Tensor, weight: Tensor) -> tuple:
    if not hasattr(function, "per_pixel"):
        weighted = {} if weight is None else {"sample_weight": weight}
        if weighted and not isinstance(function, keras.losses.Loss):
            raise ConfigError(
                "Sample weights need a loss object, for example keras.losses.MeanSquaredError(), "
                f"not a name or a function. Received: {function!r}."
            )
        mean = ops.mean(ops.cast(function(target, prediction, **weighted), "float32"))
        samples = _counted(function, target, prediction)
        return mean * samples, samples, None, None
    values, valid = function.per_pixel(target, prediction)
    valid = ops.cast(valid, "float32")
    if weight is not None:
        valid *= _pixel_weights(weight)
    return ops.sum(values * valid), ops.sum(valid), values, valid


def _counted(function: Callable, target: Tensor, prediction: Tensor) -> Tensor:
    """The samples that a plain Keras loss is a mean over, which ignored ones are not."""
    ignored = getattr(function, "ignore_class", None)
    if ignored is None:
        return ops.cast(ops.shape(prediction)[0], "float32")
    return ops.sum(ops.cast(ops.not_equal(target, ops.cast(ignored, target.dtype)), "float32"))


def _pixel_weights(weight: Tensor) -> Tensor:
    """Weights of samples, [B] or [B, 1], or of pixels, [B, H, W] or [B, H, W, 1], as [B, ., .]."""
    weight = ops.cast(weight, "float32")
    if len(weight.shape) <= 2:
        return ops.reshape(weight, (-1, 1, 1))
    return ops.squeeze(weight, -1) if len(weight.shape) == 4 else weight


def _reduced(
    total: Tensor, count: Tensor, own: Tensor, own_count: Tensor, *rest: Tensor
) -> TaskLoss:
    present = count > 0
    count = ops.where(present, count, 1.0)
    share = own / count
    # The value is the mean over all replicas, the gradient is this replica's share of it.
    mean = ops.stop_gradient(total / count - share) + share
    return TaskLoss(mean, ops.stop_gradient(own), ops.stop_gradient(own_count), present, *rest)
