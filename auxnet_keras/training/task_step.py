"""What a step does with the gradients of each task, whichever backend computes them.

The forward pass runs once, so BatchNormalization, dropout and the random seeds see a batch once, as
in Keras' own step. A task is differentiated only through the layers it depends on; if gradients are
compared at the representation or at the last shared layer, only down to there, and one pass through
the rest of the encoder follows with the weighted sum. With a `LossScaleOptimizer` the losses are
scaled before they are differentiated, and the Gram matrix is scaled back.
"""

import abc
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from auxnet_keras.core.gradients import (
    Gradients,
    add,
    gram,
    gram_by_variable,
    in_all,
    product,
    times,
    total,
)
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.training.look_ahead import Samples, parameters_ahead, split
from auxnet_keras.training.shared_trunk import SharedTrunk, why_none_is_shared
from auxnet_keras.weighting.composition import composition_of
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting


class Measured(NamedTuple):
    """The losses of a batch.

    Attributes:
        losses: Task to lambda_k L_k: the rule weights their gradients.
        scheduled: s_k [K], which multiplies the result.
        constant: The terms outside the weighting.
        scaled: What to differentiate, with the optimizer's loss scale: the K losses, then the sum
            of `constant` if there are any.
    """

    losses: dict[str, TaskLoss]
    scheduled: Tensor
    constant: list[Tensor]
    scaled: list[Tensor]


class TaskStep(abc.ABC):
    """One batch: forward pass, gradients of each task, weights, combined gradient.

    A backend's subclass runs the pass and computes the gradients.

    Args:
        model: An `AuxiliaryModel`.
        weighting: The rule of gradients among its weightings.
        data: The batch.

    Attributes:
        batch: The samples that train.
        predictions: Of the forward pass.
        loss: The total, with the weights of this batch.
    """

    predictions: Any
    measured: Measured
    loss: Tensor
    weights: Tensor

    def __init__(self, model: keras.Model, weighting: GradientWeighting, data: Any) -> None:
        self.model = model
        self.weighting = weighting
        self.composition = composition_of(model.weighting)
        self.variables = model.trainable_variables
        self.batch = Samples(*keras.utils.unpack_x_y_sample_weight(data))
        self.held: Samples | None = None
        if weighting.held_out:
            self.batch, self.held = split(self.batch, weighting.held_out)

    def gradients(self) -> Gradients:
        """The combined gradient, to train with.

        Raises:
            ConfigError: The tasks share no parameter.
        """
        trunk = self.model._trunk
        return self.at_trunk(trunk) if trunk else self.at_parameters()

    @abc.abstractmethod
    def at_parameters(self) -> Gradients:
        """The combined gradient if the tasks are compared at their shared parameters."""

    @abc.abstractmethod
    def at_trunk(self, trunk: SharedTrunk) -> Gradients:
        """The combined gradient if they are compared at the representation or the last layer."""

    @abc.abstractmethod
    def main_gradient(self, ahead: Sequence[Tensor], held: Samples) -> Gradients:
        """The gradient of the main task's scaled loss on some samples, at other parameters."""

    def everywhere(self, rows: Sequence[Gradients]) -> list[Gradients]:
        """Gradients of the whole batch, given this replica's share."""
        return list(rows)

    def measure(self, predictions: Any, penalties: Sequence[Tensor] = ()) -> Measured:
        """Computes what to differentiate, and updates the logs and the other weightings.

        Args:
            predictions: The model's outputs.
            penalties: Further terms outside the weighting.
        """
        model = self.model
        measured = model.measured(self.batch.y, predictions, self.batch.sample_weight)
        losses = self.composition.terms(measured)
        scheduled = self.composition.scheduled()
        scheduled = ops.ones((len(model.tasks),)) if scheduled is None else scheduled
        self.composition.update(measured)
        constant = [*model.constant_terms(losses), *penalties]
        terms = [losses[task].mean for task in model.tasks] + ([add(constant)] if constant else [])
        return Measured(losses, scheduled, constant, [model.optimizer.scale_loss(t) for t in terms])

    def combined(self, gradients: Sequence[Gradients]) -> Gradients:
        """The combined gradient, given that of each `scaled`."""
        per_task, constant = self.parted(gradients)
        rows = self.everywhere(self.compared(per_task, self.variables))
        if self.weighting.per_variable:
            matrix = gram_by_variable(rows)
        elif self.held is None:
            matrix = gram(rows)
        else:
            parts = self.weighted(per_task, self.weighting.effective_weights())
            ahead = self._ahead(total([*parts, *constant]), self.held)
            further = ops.stack([product(row, ahead) for row in rows])
            matrix = ops.concatenate([gram(rows), ops.expand_dims(further, 1)], axis=1)
        self.weigh(matrix)
        return total([*self.weighted(per_task, self.weights), *constant])

    def parted(self, of_scaled: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """What belongs to the tasks, and what to the constant terms: one entry or none."""
        count = len(self.model.tasks)
        return list(of_scaled[:count]), list(of_scaled[count:])

    def compared(self, per_task: Sequence[Gradients], at: Sequence[Any]) -> list[Gradients]:
        """The gradients to compare: at those of the variables `at` that every task uses.

        Raises:
            ConfigError: There are none.
        """
        shared = in_all(per_task)
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

    def weigh(self, matrix: Tensor) -> None:
        """Asks the rule for the weights, logs them, and computes the loss with them."""
        scale = self._scale()
        weighting = self.weighting
        if weighting.per_variable and matrix.shape[0] != weighting.variables:
            raise ConfigError(
                f"{type(weighting).__name__} has a state for each of the {weighting.variables} "
                "variables that were trained when it was attached. Create a new one after you "
                f"change which layers train. Received: {matrix.shape[0]} variables."
            )
        matrix = matrix / scale / scale
        model, measured = self.model, self.measured
        self.weights = weighting.weigh(matrix, measured.losses)
        by_variable = len(self.weights.shape) == 2
        means = weighting.over_variables(self.weights, matrix) if by_variable else self.weights
        model.log_weights(model.weighting)
        weights = means * measured.scheduled
        terms = [weights[k] * measured.losses[task].mean for k, task in enumerate(model.tasks)]
        self.loss = add([*terms, *measured.constant])

    def weighted(self, per_task: Sequence[Gradients], weights: Tensor) -> list[Gradients]:
        """Each task's gradients times its weight; in MGDA, its own head's only by the schedule.

        Args:
            per_task: The gradients.
            weights: [K], or [V, K] with one row per variable; without the schedule.
        """
        scheduled = self.measured.scheduled
        columns = [
            ops.unstack(column) if len(column.shape) else [column] * len(self.variables)
            for column in ops.unstack(weights * scheduled, axis=-1)
        ]
        shared = in_all(per_task)
        whole = self.weighting.all_parameters
        of_heads = ops.unstack(scheduled, num=len(self.model.tasks))
        return [
            [
                None if g is None else ops.cast(w if whole or s else head, g.dtype) * g
                for g, s, w in zip(gradients, shared, column, strict=True)
            ]
            for gradients, column, head in zip(per_task, columns, of_heads, strict=True)
        ]

    def _scale(self) -> Tensor:
        return self.model.optimizer.scale_loss(ops.ones(()))

    def _ahead(self, direction: Gradients, held: Samples) -> Gradients:
        """The main task's gradient where a step along `direction` leads, on held samples."""
        whole = self.everywhere([times(direction, 1.0 / self._scale())])[0]
        ahead = self.main_gradient(parameters_ahead(self.model, whole), held)
        return self.everywhere([ahead])[0]
