"""The training step on PyTorch, which skips a batch with NaN or infinity."""

from collections.abc import Sequence
from typing import Any

import keras
import torch

from auxnet_keras.core.types import Tensor
from auxnet_keras.training.bad_batches import variables_to_restore
from auxnet_keras.training.look_ahead import Samples, losses_with


def torch_step(model: keras.Model, data: Any) -> dict[str, Tensor]:
    """As Keras' own step, but skips a batch that is not finite; returns the logs.

    A weighting with `after_step` gets the tasks' losses on the batch after the update, too.
    """
    batch = Samples(*keras.utils.unpack_x_y_sample_weight(data))
    end_step = StepEnd(model)
    predictions = model(batch.x, training=True)
    model.zero_grad()
    loss = model.compute_loss(
        x=batch.x, y=batch.y, y_pred=predictions, sample_weight=batch.sample_weight, training=True
    )
    trained = model.trainable_variables
    if trained:
        model.optimizer.scale_loss(loss).backward()
    gradients = [variable.value.grad for variable in trained]
    logs = end_step(loss, gradients, batch, predictions)
    after_step = getattr(model._weighting, "after_step", None)
    if after_step is not None:
        # The same statistics and seeds as in the first pass, so that the same units are dropped.
        with torch.no_grad():
            after_step(losses_with(model, end_step.before(), batch))
    return logs


class StepEnd:
    """The end of a step, after the gradients: metrics and the update, or nothing.

    Create it before the forward pass: it copies the variables that the pass may change.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._changed = variables_to_restore(model)
        self._values = [variable.value.detach().clone() for variable in self._changed]

    def before(self) -> Any:
        """The variables that it copied, each with its value."""
        return zip(self._changed, self._values, strict=True)

    def __call__(
        self, loss: Tensor, gradients: Sequence[Tensor], batch: Samples, predictions: Any
    ) -> dict[str, Tensor]:
        """Ends the step; returns the logs.

        Args:
            loss: The total loss.
            gradients: One per trainable variable, or `None`; with the optimizer's loss scale.
            batch, predictions: What the step was for.
        """
        model, loss = self._model, loss.detach()
        bad = _first_not_finite(model, gradients)
        finite = bool(torch.isfinite(loss)) and bad < 0
        model.guard.update_state(torch.tensor(finite), bad)
        if finite:
            model._loss_tracker.update_state(loss, sample_weight=batch.count())
            model.compute_metrics(batch.x, batch.y, predictions, batch.sample_weight)
            with torch.no_grad():
                model.optimizer.apply(gradients, model.trainable_variables)
        else:
            for variable, value in self.before():
                variable.assign(value)
        return model.get_metrics_result()


def _first_not_finite(model: keras.Model, gradients: Sequence[Any]) -> int:
    """The index of the first gradient that is not finite, or -1."""
    if isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer):
        return -1  # it lowers its scale itself
    known = [torch.zeros(()) if each is None else each.sum() for each in gradients]
    bad = [number for number, each in enumerate(known) if not torch.isfinite(each)]
    return bad[0] if bad else -1
