"""The training step on PyTorch, which skips a batch with NaN or infinity."""

from typing import Any

import keras
import torch  # type: ignore[import-not-found, unused-ignore]

from auxnet_keras.core.types import Tensor
from auxnet_keras.training.bad_batches import variables_to_restore


def torch_step(model: keras.Model, data: Any) -> dict[str, Tensor]:
    """As Keras' own step, but skips a batch that is not finite; returns the logs."""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    changed = variables_to_restore(model)
    before = [variable.value.detach().clone() for variable in changed]
    predictions = model(x, training=True)
    model.zero_grad()
    loss = model.compute_loss(
        x=x, y=y, y_pred=predictions, sample_weight=sample_weight, training=True
    )
    trained = model.trainable_variables
    if trained:
        model.optimizer.scale_loss(loss).backward()
    gradients = [variable.value.grad for variable in trained]
    bad = _first_not_finite(model, gradients)
    finite = bool(torch.isfinite(loss)) and bad < 0
    model.guard.update_state(torch.tensor(finite), bad)
    if finite:
        images = (each for each in keras.tree.flatten(x) if each is not None)
        model._loss_tracker.update_state(loss.detach(), sample_weight=next(images).shape[0])
        model.compute_metrics(x, y, predictions, sample_weight=sample_weight)
        with torch.no_grad():
            model.optimizer.apply(gradients, trained)
    else:
        for variable, value in zip(changed, before, strict=True):
            variable.assign(value)
    return model.get_metrics_result()


def _first_not_finite(model: keras.Model, gradients: list[Any]) -> int:
    """The index of the first gradient that is not finite, or -1."""
    if isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer):
        return -1  # it lowers its scale itself
    known = [torch.zeros(()) if each is None else each.sum() for each in gradients]
    bad = [number for number, each in enumerate(known) if not torch.isfinite(each)]
    return bad[0] if bad else -1
