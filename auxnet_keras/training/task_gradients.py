"""One gradient per task in one step, with TensorFlow's tape.

On several replicas the Gram matrix is for the whole batch: of the gradients summed over replicas;
or, at the representation, where each sample has its own entries, the sum of the replicas' matrices.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from auxnet_keras.core.gradients import Gradients, gram, times, total
from auxnet_keras.core.types import Tensor
from auxnet_keras.training.look_ahead import Samples, losses_with
from auxnet_keras.training.shared_trunk import SharedTrunk
from auxnet_keras.training.task_step import TaskStep
from auxnet_keras.training.tensorflow_step import StepEnd
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
    batch = step.batch
    return end_step(step.loss, gradients, batch.x, batch.y, step.predictions, batch.sample_weight)


class _Step(TaskStep):
    def at_parameters(self) -> Gradients:
        with tf.GradientTape(persistent=True) as tape:
            self._measure(self.model(self.batch.x, training=True))
        scaled = self.measured.scaled
        return self.combined([_dense(tape.gradient(each, self.variables)) for each in scaled])

    def at_trunk(self, trunk: SharedTrunk) -> Gradients:
        with tf.GradientTape() as whole:
            features = trunk.shared(self.batch.x, training=True)
            features = list(features) if isinstance(features, list | tuple) else [features]
            with tf.GradientTape(persistent=True) as heads:
                # Partial derivatives: only through the heads, not through the features that the
                # encoder computes from a feature.
                heads.watch([each for each in features if each.dtype.is_floating])
                self._measure(trunk.heads(features, training=True))
        losses, constant = self.parted(self.measured.scaled)
        at_features, at_heads = [], []
        for loss in losses:
            both = _dense(heads.gradient(loss, [*features, *self.variables]))
            at_features.append(both[: len(features)])
            at_heads.append(both[len(features) :])
        if trunk.last is None:
            self.weigh(_replicas_sum(gram(at_features)))
        else:
            rows = self.compared(at_heads, trunk.last.trainable_variables)
            self.weigh(gram(self.everywhere(rows)))
        # One pass through the encoder, for all tasks and for the terms with a constant weight.
        weights = tf.unstack(self.weights * self.measured.scheduled)
        into = total([times(g, w) for g, w in zip(at_features, weights, strict=True)])
        targets = [(f, g) for f, g in zip(features, into, strict=True) if g is not None]
        targets += [(each, tf.ones_like(each)) for each in constant]
        encoder = whole.gradient(
            [target for target, _ in targets],
            self.variables,
            output_gradients=[gradient for _, gradient in targets],
        )
        return total([_dense(encoder), *self.weighted(at_heads, self.weights)])

    def main_gradient(self, ahead: Sequence[Tensor], held: Samples) -> Gradients:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(ahead)
            moved = zip(self.variables, ahead, strict=True)
            losses = losses_with(self.model, moved, held)
            loss = self.model.optimizer.scale_loss(losses[self.model.main].mean)
        return _dense(tape.gradient(loss, ahead))

    def everywhere(self, rows: Sequence[Gradients]) -> list[Gradients]:
        present = [g for row in rows for g in row if g is not None]
        summed = iter(_replicas_sum(present))
        return [[None if g is None else next(summed) for g in row] for row in rows]

    def _measure(self, predictions: Any) -> None:
        self.predictions = predictions
        self.measured = self.measure(predictions)


def _dense(gradients: Gradients) -> Gradients:
    """An embedding's gradient is a few rows of its table."""
    return [None if g is None else tf.convert_to_tensor(g) for g in gradients]


def _replicas_sum(value: Tensor) -> Tensor:
    """A tensor or a list of them, summed over all replicas."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return value
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)
