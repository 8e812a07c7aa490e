"""The base of gradient-based weightings: a rule from the tasks' gradients to their weights.

The rule sees only the Gram matrix of the gradients, M_ij = g_i . g_j, so it is a handful of
operations on a [K, K] tensor whatever the network. The step computes the gradients:
`auxnet_keras.training.task_step`.
"""

import abc
from collections.abc import Mapping
from typing import ClassVar

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import unknown
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.arguments import check_below_one
from auxnet_keras.weighting.base import TaskWeighting, WeightingState

PARAMETERS = ("shared", "last", "representation")
REDUCTIONS = ("sum", "mean")

_SMALLEST = 1e-37
"""Squared norms below it count as zero: float32 keeps no digits of them."""


class GradientWeighting(TaskWeighting):
    """A weighting that computes its weights from the tasks' gradients on the same batch.

    A subclass defines the weights in `rule` and updates any further state in `learn`. The state
    does not change on a batch in which a task has no valid pixel or a gradient of zero, or in which
    gradients or losses overflow. In the first two cases the other tasks train with a weight of 1
    (to MGDA, a zero gradient would be the shortest one: nothing would train), or with their last
    one if the rule learns its weights over many batches. If a rule has no finite answer, the
    weights of the batch before are used.

    Losses outside (main, auxiliary) and regularisation train as usual and are not in the Gram
    matrix. The logged weights are those that trained the batch, and `loss` is the total with them.

    Args:
        parameters: Where the gradients are compared: at all `"shared"` parameters; at those of the
            `"last"` shared layer, for which each task is differentiated through its head only; or
            at the `"representation"`, the tensors at which the tasks' graphs branch. The weights
            always apply to all shared parameters.
        momentum: Moving average of the weights, in [0, 1): w <- momentum w + (1 - momentum) w_new.
            It starts at the first w_new.
        reduction: `"sum"` or `"mean"` of the K weighted gradients: `"sum"` is K times as long.

    Raises:
        ConfigError: An unknown choice, or a momentum outside [0, 1).

    Attributes:
        all_parameters: The Gram matrix covers all parameters, and the weights apply to all of them.
            Otherwise both cover only the shared parameters, and a parameter of one task alone gets
            that task's gradient, unweighted.
        per_variable: `rule` sees one Gram matrix for each trainable variable, [V, K, K], and
            returns weights for each, [V, K]. The matrix of a variable that not every task uses is
            0, and its weights have no effect.
        learned: The rule learns its weights over many batches.
        held_out: The last share of every batch, which does not train. The step differentiates the
            main task's loss on it, at the parameters that a step with the current weights would
            lead to; `gram` has the products of the g_i with that gradient as a further column.
        default_reduction: The reduction of the paper or its authors' program.

    Reference:
        Momentum: Zhou et al., On the Convergence of Stochastic Multi-Objective Gradient
        Manipulation and Beyond, NeurIPS 2022 (CR-MOGM).
    """

    all_parameters: ClassVar[bool] = False
    per_variable: ClassVar[bool] = False
    learned: ClassVar[bool] = False
    held_out: float = 0.0
    default_reduction: ClassVar[str] = "mean"

    def __init__(
        self,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__()
        if parameters not in PARAMETERS:
            raise unknown("parameters", parameters, PARAMETERS)
        check_below_one("momentum", momentum)
        if reduction is not None and reduction not in REDUCTIONS:
            raise unknown("reduction", reduction, REDUCTIONS)
        self.parameters = parameters
        self.momentum = float(momentum)
        self.reduction = reduction or self.default_reduction

    @property
    def representation(self) -> bool:
        """The gradients are compared at the tensors where the tasks' graphs branch."""
        return self.parameters == "representation"

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._started = state.add_state("started", 0.0) if self.momentum else None
        if self.per_variable:
            self.variables = 1 if self.model is None else len(self.model.trainable_variables)
            rows = [self.initial(tasks)] * self.variables
            self._by_variable = state.add_state("variable_weights", rows)

    def initial(self, tasks: tuple[str, ...]) -> list[float]:
        return [1.0 if self.reduction == "sum" else 1.0 / len(tasks)] * len(tasks)

    @abc.abstractmethod
    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        """The weights [K] for a batch, in the form of `default_reduction`.

        Args:
            gram: M [K, K], float32, M_ij = g_i . g_j, tasks as in `self.tasks`; see `per_variable`
                and `held_out`.
            losses: Unweighted losses [K], float32.
        """

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        """Updates further state, before `rule`, if `usable`; does nothing by default."""

    def weigh(self, gram: Tensor, losses: Mapping[str, TaskLoss]) -> Tensor:
        """The weights that train a batch; stores them if the batch is usable.

        Args:
            gram: As for `rule`. With `per_variable`, [K, K] is that of a single variable.
            losses: Task to its loss.

        Returns:
            [K], or [V, K] for a matrix of [V, K, K].
        """
        split = len(gram.shape) == 3
        whole = ops.sum(gram, axis=0) if split else gram
        gram = ops.expand_dims(gram, 0) if self.per_variable and not split else gram
        means = ops.stack([ops.stop_gradient(losses[task].mean) for task in self.tasks])
        labelled = ops.stack([losses[task].present for task in self.tasks])
        present = ops.logical_and(labelled, ops.diagonal(whole) > _SMALLEST)
        finite = ops.logical_and(ops.all(ops.isfinite(whole)), ops.all(ops.isfinite(means)))
        usable = ops.logical_and(ops.all(present), finite)
        self.learn(gram, means, usable)
        found = self.rule(gram, means) * self._reduction_factor()
        usable = ops.logical_and(usable, ops.all(ops.isfinite(found)))
        stored = self._by_variable if self.per_variable else self.values
        old = ops.convert_to_tensor(stored)
        new = ops.where(usable, self._averaged(found, old, usable), old)
        alone = ops.cast(present, "float32") * (new if self.learned else ops.ones_like(new))
        weights = ops.where(ops.all(present), new, alone)
        if self.per_variable:
            logged = self.over_variables(new, gram)
            self.values.assign(ops.where(usable, logged, ops.convert_to_tensor(self.values)))
        stored.assign(new)
        return weights if split or not self.per_variable else weights[0]

    def over_variables(self, weights: Tensor, gram: Tensor) -> Tensor:
        """The mean [K] of weights [V, K], which is logged.

        A variable counts with the squared norm of the task's gradient there; for a task without a
        gradient, all count the same.
        """
        squares = ops.diagonal(gram, axis1=1, axis2=2)
        squares = ops.where(ops.sum(squares, axis=0) > 0, squares, 1.0)
        return ops.sum(weights * (squares / ops.sum(squares, axis=0)), axis=0)

    def _reduction_factor(self) -> float:
        if self.reduction == self.default_reduction:
            return 1.0
        count = len(self.tasks)
        return float(count) if self.reduction == "sum" else 1.0 / count

    def _averaged(self, found: Tensor, old: Tensor, usable: Tensor) -> Tensor:
        if self._started is None:
            return found
        started = ops.convert_to_tensor(self._started)
        mixed = self.momentum * old + (1.0 - self.momentum) * found
        averaged = ops.where(started > 0, mixed, found)
        self._started.assign(ops.where(usable, 1.0, started))
        return averaged
