"""One gradient per task in one step, on PyTorch."""

from collections.abc import Sequence
from typing import Any

import keras
import torch

from auxnet_keras.core.gradients import Gradients, gram, times, total
from auxnet_keras.core.types import Tensor
from auxnet_keras.training.look_ahead import Samples, losses_with
from auxnet_keras.training.shared_trunk import SharedTrunk
from auxnet_keras.training.task_step import TaskStep
from auxnet_keras.training.torch_step import StepEnd
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting


def task_gradient_step(
    model: keras.Model, weighting: GradientWeighting, data: Any
) -> dict[str, Tensor]:
    """Trains on a batch with the weights that `weighting` computes for it; returns the logs.

    Raises:
        ConfigError: The tasks share no parameter.
    """
    end_step = StepEnd(model)
    step = _Step(model, weighting, data)
    gradients = step.gradients()
    return end_step(step.loss, gradients, step.batch, step.predictions)


class _Step(TaskStep):
    def at_parameters(self) -> Gradients:
        self._measure(self.model(self.batch.x, training=True))
        return self.combined([_gradient([each], self._values()) for each in self.measured.scaled])

    def at_trunk(self, trunk: SharedTrunk) -> Gradients:
        features = trunk.shared(self.batch.x, training=True)
        features = list(features) if isinstance(features, list | tuple) else [features]
        # Partial derivatives: only through the heads, not through the features that the encoder
        # computes from a feature.
        leaves = [f.detach().requires_grad_(f.is_floating_point()) for f in features]
        self._measure(trunk.heads(leaves, training=True))
        smooth = [n for n, leaf in enumerate(leaves) if leaf.requires_grad]
        at = [*(leaves[n] for n in smooth), *self._values()]
        rows = [_gradient([each], at) for each in self.measured.scaled]
        at_features, _ = self.parted([row[: len(smooth)] for row in rows])
        at_heads, constant = self.parted([row[len(smooth) :] for row in rows])
        if trunk.last is None:
            self.weigh(gram(at_features))
        else:
            self.weigh(gram(self.compared(at_heads, trunk.last.trainable_variables)))
        weights = [*torch.unbind(self.weights * self.measured.scheduled), *(1.0 for _ in constant)]
        into = total([times(row[: len(smooth)], w) for row, w in zip(rows, weights, strict=True)])
        # One pass through the encoder, for all tasks and for the terms with a constant weight.
        outputs = [(features[n], g) for n, g in zip(smooth, into, strict=True) if g is not None]
        encoder = _gradient([f for f, _ in outputs], self._values(), [g for _, g in outputs])
        return total([encoder, *self.weighted(at_heads, self.weights), *constant])

    def main_gradient(self, ahead: Sequence[Tensor], held: Samples) -> Gradients:
        at = [value.detach().requires_grad_() for value in ahead]
        losses = losses_with(self.model, zip(self.variables, at, strict=True), held)
        return _gradient([self.model.optimizer.scale_loss(losses[self.model.main].mean)], at)

    def _values(self) -> list[Tensor]:
        return [variable.value for variable in self.variables]

    def _measure(self, predictions: Any) -> None:
        self.predictions = predictions
        self.measured = self.measure(predictions)


def _gradient(
    outputs: Sequence[Tensor], at: Sequence[Tensor], of_outputs: Sequence[Tensor] | None = None
) -> Gradients:
    """The gradient of the sum of some outputs with respect to some tensors; keeps the graph.

    Args:
        outputs: Scalars, or any tensors if `of_outputs` is given.
        at: The tensors.
        of_outputs: The gradient with respect to each output; 1 by default.
    """
    given = of_outputs or [torch.ones_like(each) for each in outputs]
    pairs = [pair for pair in zip(outputs, given, strict=True) if pair[0].requires_grad]
    if not pairs or not at:
        return [None] * len(at)
    outputs, given = zip(*pairs, strict=True)
    return list(torch.autograd.grad(outputs, at, given, retain_graph=True, allow_unused=True))
