"""The training step on JAX, which skips a batch with NaN or infinity.

On JAX the step is a function from all variables to all variables, so the old ones are available.
"""

from collections.abc import Sequence
from typing import Any

import jax
import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.training.jax_state import State, assigned
from auxnet_keras.training.look_ahead import Samples, losses_with

Outcome = tuple[dict[str, Tensor], State]
"""Logs and the new values of all variables."""


def jax_step(model: keras.Model, state: Sequence[Any], data: Any) -> Outcome:
    """As Keras' own step, but skips a batch that is not finite.

    A weighting with `after_step` gets the tasks' losses on the batch after the update, too.
    """
    before, batch = State(*state), Samples(*keras.utils.unpack_x_y_sample_weight(data))
    (_, (loss, predictions, non_trainable, metrics)), gradients = jax.value_and_grad(
        model.compute_loss_and_updates, has_aux=True
    )(
        before.trainable,
        before.non_trainable,
        before.metrics,
        batch.x,
        batch.y,
        batch.sample_weight,
        training=True,
        optimizer_variables=before.optimizer,
    )
    passed = before._replace(non_trainable=non_trainable, metrics=metrics)
    logs, after = end_step(model, before, passed, loss, gradients, batch, predictions)
    after_step = getattr(model._weighting, "after_step", None)
    if after_step is None:
        return logs, after
    # The same statistics and seeds as in the first pass, so that the same units are dropped.
    again = after._replace(non_trainable=before.non_trainable, metrics=before.metrics)
    losses = losses_with(model, again.pairs(model), batch)
    with after.scope(model) as scope:
        after_step(losses)
    return logs, assigned(scope, model)


def end_step(
    model: keras.Model,
    before: State,
    passed: State,
    loss: Tensor,
    gradients: Sequence[Tensor],
    batch: Samples,
    predictions: Any,
) -> Outcome:
    """The end of a step, after the gradients: metrics and the update, or nothing.

    Args:
        model: An `AuxiliaryModel`.
        before, passed: The variables before and after the forward pass.
        loss: The total loss.
        gradients: One per trainable variable, with the optimizer's loss scale.
        batch: The samples that train.
        predictions: Of the forward pass.
    """
    trainable, optimizer = model.optimizer.stateless_apply(
        passed.optimizer, gradients, passed.trainable
    )
    with passed.scope(model) as counted:
        model._loss_tracker.update_state(loss, sample_weight=batch.count())
        model.compute_metrics(batch.x, batch.y, predictions, batch.sample_weight)
    new = assigned(counted, model)._replace(trainable=trainable, optimizer=optimizer)
    finite, gradient = _check(model, loss, gradients, trainable)
    chosen = [
        [ops.where(finite, now, old) for now, old in zip(*both, strict=True)]
        for both in zip(new, before, strict=True)
    ]
    with State(*chosen).scope(model) as scope:
        for variable in model.guard.variables:  # it has seen what was wrong
            variable.assign(counted.get_current_value(variable))
        model.guard.update_state(finite, gradient)
        logs = model.get_metrics_result()
    return logs, assigned(scope, model)


def _check(
    model: keras.Model, loss: Tensor, gradients: Sequence[Tensor], trainable: Sequence[Tensor]
) -> tuple[Tensor, Tensor]:
    """Whether all is finite, and the index of the first bad gradient or -1."""
    finite = ops.isfinite(loss)
    if not trainable:  # a frozen model
        return finite, ops.convert_to_tensor(-1)
    finite = ops.logical_and(finite, ops.logical_not(ops.any(_bad(trainable))))
    # Gradients that overflow because the loss scale is too large are the optimizer's business.
    if isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer):
        return finite, ops.convert_to_tensor(-1)
    bad = _bad(gradients)
    first = ops.where(ops.any(bad), ops.argmax(bad), -1)
    return ops.logical_and(finite, first < 0), first


def _bad(tensors: Sequence[Tensor]) -> Tensor:
    """For each tensor, whether it has an element that is not finite, or a sum above 1e38."""
    sums = ops.stack([ops.cast(ops.sum(each), "float32") for each in tensors])
    return ops.logical_not(ops.isfinite(sums))
