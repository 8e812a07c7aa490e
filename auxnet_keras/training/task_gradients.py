"""One gradient per task in one step, with TensorFlow's tape; only this file computes them.

The forward pass runs once, so BatchNormalization, dropout and the random seeds see a batch once, as
in Keras' own step. A task is differentiated only through the layers it depends on. With a
`LossScaleOptimizer` the losses are scaled before they are differentiated, and the Gram matrix is
scaled back. On several replicas the Gram matrix is for the whole batch: of the gradients summed
over replicas; or, at the representation, where each sample has its own entries, the sum of the
replicas' matrices.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.training.shared_trunk import SharedTrunk, why_none_is_shared
from auxnet_keras.training.tensorflow_step import StepEnd
from auxnet_keras.weighting.composition import composition_of
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

Gradients = list[Any]
"""One gradient per trainable variable; `None` if the loss does not depend on it."""


def task_gradient_step(
    model: keras.Model, weighting: GradientWeighting, data: Any
) -> dict[str, Tensor]:
    """Trains on a batch with the weights that `weighting` computes for it; returns the logs.

    Raises:
        ConfigError: The tasks share no parameter.
    """
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    end_step = StepEnd(model)
    step = _Step(model, weighting, y, sample_weight)
    if model._trunk is None:
        gradients = step.at_parameters(x)
    else:
        gradients = step.at_representation(x, model._trunk)
    model.log_weights(model.weighting)
    weights = step._effective_weights()
    terms = [weights[k] * step.losses[task].mean for k, task in enumerate(model.tasks)]
    total = tf.add_n([*terms, *step.constant])
    return end_step(total, gradients, x, y, step.predictions, sample_weight)


class _Step:
    """One batch: forward pass, gradients of each task, weights, combined gradient."""

    def __init__(
        self, model: keras.Model, weighting: GradientWeighting, y: Any, sample_weight: Any
    ) -> None:
        self.model = model
        self.weighting = weighting
        self.composition = composition_of(model.weighting)
        self.variables = model.trainable_variables
        self.y = y
        self.sample_weight = sample_weight

    def at_parameters(self, x: Tensor) -> Gradients:
        with tf.GradientTape(persistent=True) as tape:
            self._losses_of(self.model(x, training=True))
        per_task = [tape.gradient(loss, self.variables) for loss in self.scaled]
        shared = _with_all_gradients(per_task)
        if not any(shared):
            raise ConfigError(
                f"{type(self.weighting).__name__} weights the tasks on their shared parameters, "
                f"and {self.model.tasks} share none that is trained, because "
                f"{why_none_is_shared(self.model)} Received: model {self.model.name!r}."
            )
        counted = [self.weighting.all_parameters or each for each in shared]
        rows = [
            [None if g is None or not c else g for g, c in zip(gradients, counted, strict=True)]
            for gradients in per_task
        ]
        self._weigh(_gram(_summed_over_replicas(rows)))
        parts = self._weighted(per_task)
        if self.scaled_constant is not None:
            parts.append(tape.gradient(self.scaled_constant, self.variables))
        return _sum(parts)

    def at_representation(self, x: Tensor, trunk: SharedTrunk) -> Gradients:
        with tf.GradientTape() as whole:
            features = trunk.shared(x, training=True)
            features = list(features) if isinstance(features, list | tuple) else [features]
            with tf.GradientTape(persistent=True) as heads:
                # Partial derivatives: only through the heads, not through the features that the
                # encoder computes from a feature.
                heads.watch([each for each in features if each.dtype.is_floating])
                self._losses_of(trunk.heads(features, training=True))
        at_features, at_heads = [], []
        for loss in self.scaled:
            both = heads.gradient(loss, [*features, *self.variables])
            at_features.append(both[: len(features)])
            at_heads.append(both[len(features) :])
        self._weigh(_replicas_sum(_gram(at_features)))
        # One pass through the encoder, for both tasks and for the terms with a constant weight.
        into = _sum(
            [_times(g, w) for g, w in zip(at_features, self._effective_weights(), strict=True)]
        )
        targets = [(f, g) for f, g in zip(features, into, strict=True) if g is not None]
        if self.scaled_constant is not None:
            targets.append((self.scaled_constant, tf.ones_like(self.scaled_constant)))
        encoder = whole.gradient(
            [target for target, _ in targets],
            self.variables,
            output_gradients=[gradient for _, gradient in targets],
        )
        return _sum([encoder, *self._weighted(at_heads)])

    def _losses_of(self, predictions: Tensor) -> None:
        """Computes everything to differentiate; runs under the tape."""
        model = self.model
        self.predictions = predictions
        measured = model.measured(self.y, predictions, self.sample_weight)
        # lambda_k L_k: `weighting` weights their gradients, and the schedule multiplies the result.
        self.losses = self.composition.terms(measured)
        scheduled = self.composition.scheduled()
        count = len(model.tasks)
        self.scheduled = tf.ones((count,)) if scheduled is None else scheduled
        self.composition.update(measured)
        self.constant = model.constant_terms(self.losses)
        scale = model.optimizer.scale_loss
        self.scaled = [scale(self.losses[task].mean) for task in model.tasks]
        self.scaled_constant = scale(tf.add_n(self.constant)) if self.constant else None

    def _weigh(self, gram: Tensor) -> None:
        scale = self.model.optimizer.scale_loss(tf.ones(()))
        self.weights = self.weighting.weigh(gram / scale / scale, self.losses)

    def _effective_weights(self) -> list[Tensor]:
        return tf.unstack(self.weights * self.scheduled, num=len(self.model.tasks))

    def _weighted(self, per_task: Sequence[Gradients]) -> list[Gradients]:
        """Each task's gradients times its weight; in MGDA, its own head's only by the schedule."""
        shared = _with_all_gradients(per_task)
        whole = self.weighting.all_parameters
        of_heads = tf.unstack(self.scheduled, num=len(self.model.tasks))
        return [
            [
                None if g is None else tf.cast(w if whole or s else head, g.dtype) * g
                for g, s in zip(gradients, shared, strict=True)
            ]
            for gradients, w, head in zip(
                per_task, self._effective_weights(), of_heads, strict=True
            )
        ]


def _with_all_gradients(per_task: Sequence[Gradients]) -> list[bool]:
    """For each variable, whether every task has a gradient with respect to it."""
    return [all(g is not None for g in column) for column in zip(*per_task, strict=True)]


def _times(gradients: Gradients, weight: Tensor) -> Gradients:
    return [None if g is None else tf.cast(weight, g.dtype) * g for g in gradients]


def _sum(parts: Sequence[Gradients]) -> Gradients:
    total = []
    for column in zip(*parts, strict=True):
        present = [tf.convert_to_tensor(g) for g in column if g is not None]
        total.append(tf.add_n(present) if present else None)
    return total


def _gram(rows: Sequence[Gradients]) -> Tensor:
    """[K, K] float32 dot products, summed variable by variable to avoid a concatenation."""

    def product(first: Gradients, second: Gradients) -> Tensor:
        products = [
            tf.reduce_sum(tf.cast(a, tf.float32) * tf.cast(b, tf.float32))
            for a, b in zip(first, second, strict=True)
            if a is not None and b is not None
        ]
        return tf.add_n(products) if products else tf.zeros(())

    upper = {(i, j): product(rows[i], rows[j]) for j in range(len(rows)) for i in range(j + 1)}
    order = range(len(rows))
    return tf.stack([tf.stack([upper[min(i, j), max(i, j)] for j in order]) for i in order])


def _replicas_sum(value: Tensor) -> Tensor:
    """A tensor or a list of them, summed over all replicas."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return value
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)


def _summed_over_replicas(rows: Sequence[Gradients]) -> list[Gradients]:
    present = [tf.convert_to_tensor(g) for row in rows for g in row if g is not None]
    summed = iter(_replicas_sum(present))
    return [[None if g is None else next(summed) for g in row] for row in rows]
