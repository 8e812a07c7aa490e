"""One gradient per task in one step, with TensorFlow's tape; only this file computes them.

The forward pass runs once, so BatchNormalization, dropout and the random seeds see a batch once, as
in Keras' own step. A task is differentiated only through the layers it depends on; if gradients are
compared at the representation or at the last shared layer, only down to there, and one pass through
the rest of the encoder follows with the weighted sum. With a
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
from auxnet_keras.training.look_ahead import Samples, main_gradient_ahead, split
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
    batch, held = Samples(*keras.utils.unpack_x_y_sample_weight(data)), None
    if weighting.held_out:
        batch, held = split(batch, weighting.held_out)
    end_step = StepEnd(model)
    step = _Step(model, weighting, batch, held)
    gradients = step.at_trunk(model._trunk) if model._trunk else step.at_parameters()
    model.log_weights(model.weighting)
    weights = step.means * step.scheduled
    terms = [weights[k] * step.losses[task].mean for k, task in enumerate(model.tasks)]
    total = tf.add_n([*terms, *step.constant])
    return end_step(total, gradients, batch.x, batch.y, step.predictions, batch.sample_weight)


class _Step:
    """One batch: forward pass, gradients of each task, weights, combined gradient."""

    def __init__(
        self,
        model: keras.Model,
        weighting: GradientWeighting,
        batch: Samples,
        held: Samples | None,
    ) -> None:
        self.model = model
        self.weighting = weighting
        self.composition = composition_of(model.weighting)
        self.variables = model.trainable_variables
        self.batch = batch
        self.held = held

    def at_parameters(self) -> Gradients:
        with tf.GradientTape(persistent=True) as tape:
            self._losses_of(self.model(self.batch.x, training=True))
        per_task = [tape.gradient(loss, self.variables) for loss in self.scaled]
        constant = None
        if self.scaled_constant is not None:
            constant = tape.gradient(self.scaled_constant, self.variables)
        rows = _summed_over_replicas(self._compared(per_task, self.variables))
        if self.weighting.per_variable:
            gram = _gram_by_variable(rows)
        elif self.held is None:
            gram = _gram(rows)
        else:
            current = self.weighting.effective_weights()
            parts = [*self._weighted(per_task, current), *([constant] if constant else [])]
            ahead = self._ahead(_sum(parts), self.held)
            gram = tf.concat([_gram(rows), [[_product(row, ahead)] for row in rows]], axis=1)
        self._weigh(gram)
        parts = self._weighted(per_task, self.weights)
        return _sum([*parts, constant] if constant else parts)

    def at_trunk(self, trunk: SharedTrunk) -> Gradients:
        with tf.GradientTape() as whole:
            features = trunk.shared(self.batch.x, training=True)
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
        if trunk.last is None:
            self._weigh(_replicas_sum(_gram(at_features)))
        else:
            rows = self._compared(at_heads, trunk.last.trainable_variables)
            self._weigh(_gram(_summed_over_replicas(rows)))
        # One pass through the encoder, for all tasks and for the terms with a constant weight.
        weights = tf.unstack(self.weights * self.scheduled)
        into = _sum([_times(g, w) for g, w in zip(at_features, weights, strict=True)])
        targets = [(f, g) for f, g in zip(features, into, strict=True) if g is not None]
        if self.scaled_constant is not None:
            targets.append((self.scaled_constant, tf.ones_like(self.scaled_constant)))
        encoder = whole.gradient(
            [target for target, _ in targets],
            self.variables,
            output_gradients=[gradient for _, gradient in targets],
        )
        return _sum([encoder, *self._weighted(at_heads, self.weights)])

    def _losses_of(self, predictions: Tensor) -> None:
        """Computes everything to differentiate; runs under the tape."""
        model = self.model
        self.predictions = predictions
        measured = model.measured(self.batch.y, predictions, self.batch.sample_weight)
        # lambda_k L_k: `weighting` weights their gradients, and the schedule multiplies the result.
        self.losses = self.composition.terms(measured)
        scheduled = self.composition.scheduled()
        self.scheduled = tf.ones((len(model.tasks),)) if scheduled is None else scheduled
        self.composition.update(measured)
        self.constant = model.constant_terms(self.losses)
        scale = model.optimizer.scale_loss
        self.scaled = [scale(self.losses[task].mean) for task in model.tasks]
        self.scaled_constant = scale(tf.add_n(self.constant)) if self.constant else None

    def _compared(self, per_task: Sequence[Gradients], at: Sequence[Any]) -> list[Gradients]:
        """The gradients to compare: at those of the variables `at` that every task uses.

        Raises:
            ConfigError: There are none.
        """
        shared = _with_all_gradients(per_task)
        chosen = {id(variable) for variable in at}
        counted = [
            id(variable) in chosen and (each or self.weighting.all_parameters)
            for variable, each in zip(self.variables, shared, strict=True)
        ]
        if not any(shared):
            raise ConfigError(
                f"{type(self.weighting).__name__} weights the tasks on their shared parameters, "
                f"and {self.model.tasks} share none that is trained, because "
                f"{why_none_is_shared(self.model)} Received: model {self.model.name!r}."
            )
        return [
            [None if g is None or not c else g for g, c in zip(gradients, counted, strict=True)]
            for gradients in per_task
        ]

    def _weigh(self, gram: Tensor) -> None:
        scale = self._scale()
        weighting = self.weighting
        if weighting.per_variable and gram.shape[0] != weighting.variables:
            raise ConfigError(
                f"{type(weighting).__name__} has a state for each of the {weighting.variables} "
                "variables that were trained when it was attached. Create a new one after you "
                f"change which layers train. Received: {gram.shape[0]} variables."
            )
        gram = gram / scale / scale
        self.weights = weighting.weigh(gram, self.losses)
        by_variable = len(self.weights.shape) == 2
        self.means = weighting.over_variables(self.weights, gram) if by_variable else self.weights

    def _scale(self) -> Tensor:
        return self.model.optimizer.scale_loss(tf.ones(()))

    def _ahead(self, direction: Gradients, held: Samples) -> Gradients:
        """The main task's gradient where a step along `direction` leads, on held samples."""
        whole = _summed_over_replicas([_times(direction, 1.0 / self._scale())])
        ahead = main_gradient_ahead(self.model, whole[0], held)
        return _summed_over_replicas([ahead])[0]

    def _weighted(self, per_task: Sequence[Gradients], weights: Tensor) -> list[Gradients]:
        """Each task's gradients times its weight; in MGDA, its own head's only by the schedule.

        Args:
            per_task: The gradients.
            weights: [K], or [V, K] with one row per variable; without the schedule.
        """
        count = len(self.variables)
        columns = [
            tf.unstack(column) if column.shape.rank else [column] * count
            for column in tf.unstack(weights * self.scheduled, axis=-1)
        ]
        shared = _with_all_gradients(per_task)
        whole = self.weighting.all_parameters
        of_heads = tf.unstack(self.scheduled, num=len(self.model.tasks))
        return [
            [
                None if g is None else tf.cast(w if whole or s else head, g.dtype) * g
                for g, s, w in zip(gradients, shared, column, strict=True)
            ]
            for gradients, column, head in zip(per_task, columns, of_heads, strict=True)
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


def _product(first: Gradients, second: Gradients) -> Tensor:
    """Float32 dot product, summed variable by variable to avoid a concatenation."""
    products = [
        tf.reduce_sum(tf.cast(a, tf.float32) * tf.cast(b, tf.float32))
        for a, b in zip(first, second, strict=True)
        if a is not None and b is not None
    ]
    return tf.add_n(products) if products else tf.zeros(())


def _gram(rows: Sequence[Gradients]) -> Tensor:
    """[K, K] dot products."""
    order = range(len(rows))
    upper = {(i, j): _product(rows[i], rows[j]) for j in order for i in range(j + 1)}
    return tf.stack([tf.stack([upper[min(i, j), max(i, j)] for j in order]) for i in order])


def _gram_by_variable(rows: Sequence[Gradients]) -> Tensor:
    """[V, K, K], one matrix per variable."""
    return tf.stack([_gram([[g] for g in column]) for column in zip(*rows, strict=True)])


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
