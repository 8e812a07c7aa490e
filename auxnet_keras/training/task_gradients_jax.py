"""One gradient per task in one step, on JAX.

The variables are values that go from one part of the step to the next. On a mesh of devices the
arrays are those of the whole batch, and so is the Gram matrix.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import keras
from keras import ops

from auxnet_keras.core.gradients import Gradients, gram, times, total
from auxnet_keras.core.jax_derivative import Derivative
from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.training.jax_state import State, assigned
from auxnet_keras.training.jax_step import Outcome, end_step
from auxnet_keras.training.look_ahead import Samples, losses_with
from auxnet_keras.training.shared_trunk import SharedTrunk
from auxnet_keras.training.task_step import TaskStep
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

# A differentiated function may return one.
jax.tree_util.register_dataclass(TaskLoss)


def task_gradient_step(
    model: keras.Model, weighting: GradientWeighting, state: Sequence[Any], data: Any
) -> Outcome:
    """Trains on a batch with the weights that `weighting` computes for it.

    Raises:
        ConfigError: The tasks share no parameter.
    """
    step = _Step(model, weighting, state, data)
    gradients = [
        ops.zeros_like(value) if gradient is None else gradient
        for gradient, value in zip(step.gradients(), step.state.trainable, strict=True)
    ]
    return end_step(
        model, State(*state), step.state, step.loss, gradients, step.batch, step.predictions
    )


class _Step(TaskStep):
    """As `TaskStep`.

    Attributes:
        state: The values of all variables now.
    """

    def __init__(
        self, model: keras.Model, weighting: GradientWeighting, state: Sequence[Any], data: Any
    ) -> None:
        super().__init__(model, weighting, data)
        self.state = State(*state)

    def at_parameters(self) -> Gradients:
        model, start = self.model, self.state

        def losses(trainable: list[Tensor]) -> tuple[list[Tensor], Any]:
            with start._replace(trainable=trainable).scope(model) as scope:
                predictions = model(self.batch.x, training=True)
                measured = self.measure(predictions)
            return measured.scaled, (predictions, measured, assigned(scope, model))

        found = self._measured(losses, start.trainable)
        with self.state.scope(model) as scope:
            combined = self.combined([found.of(n) for n in range(len(found.outputs))])
        self.state = assigned(scope, model)
        return combined

    def at_trunk(self, trunk: SharedTrunk) -> Gradients:
        model, start = self.model, self.state

        def encode(trainable: list[Tensor]) -> tuple[list[Tensor], Any]:
            with start._replace(trainable=trainable).scope(model) as scope:
                features = trunk.shared(self.batch.x, training=True)
            features = list(features) if isinstance(features, list | tuple) else [features]
            penalties = [ops.sum(ops.cast(each, "float32")) for each in scope.losses]
            smooth = [features[n] for n in _smooth(features)]
            return [*smooth, *penalties], (features, assigned(scope, model))

        encoder = Derivative(encode, start.trainable)
        features, encoded = encoder.rest
        count, smooth = len(encoder.outputs), _smooth(features)

        def decode(given: list[Tensor]) -> tuple[list[Tensor], Any]:
            inputs = list(features)
            for n, feature in zip(smooth, given, strict=False):
                inputs[n] = feature
            with encoded._replace(trainable=given[count:]).scope(model) as scope:
                predictions = trunk.heads(inputs, training=True)
                measured = self.measure(predictions, given[len(smooth) : count])
            return measured.scaled, (predictions, measured, assigned(scope, model))

        # Partial derivatives: only through the heads, not through the features that the encoder
        # computes from a feature.
        heads = self._measured(decode, [*encoder.outputs, *start.trainable])
        rows = [heads.of(n) for n in range(len(heads.outputs))]
        at_heads, constant = self.parted([row[count:] for row in rows])
        with self.state.scope(model) as scope:
            if trunk.last is None:
                self.weigh(gram([row[: len(smooth)] for row in rows[: len(at_heads)]]))
            else:
                self.weigh(gram(self.compared(at_heads, trunk.last.trainable_variables)))
            weights = [
                *ops.unstack(self.weights * self.measured.scheduled),
                *(1.0 for _ in constant),
            ]
            parts = [*self.weighted(at_heads, self.weights), *constant]
        self.state = assigned(scope, model)
        # One pass through the encoder, for all tasks and for the terms with a constant weight.
        into = total([times(row[:count], w) for row, w in zip(rows, weights, strict=True)])
        return total([encoder.back(into), *parts])

    def main_gradient(self, ahead: Sequence[Tensor], held: Samples) -> Gradients:
        model = self.model

        def loss(trainable: list[Tensor]) -> Tensor:
            moved = self.state._replace(trainable=trainable)
            losses = losses_with(model, moved.pairs(model), held)
            return model.optimizer.scale_loss(losses[model.main].mean)

        return jax.grad(loss)(list(ahead))

    def _measured(self, function: Callable, at: Sequence[Tensor]) -> Derivative:
        """Runs the pass that ends with the losses, as a `Derivative`."""
        found = Derivative(function, at)
        self.predictions, self.measured, after = found.rest
        self.state = after._replace(trainable=self.state.trainable)
        return found


def _smooth(features: Sequence[Tensor]) -> list[int]:
    """Which of the features can be differentiated; an input image is of whole numbers."""
    floating = jax.numpy.floating
    return [n for n, each in enumerate(features) if jax.numpy.issubdtype(each.dtype, floating)]
