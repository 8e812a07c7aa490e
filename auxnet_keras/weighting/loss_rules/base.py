"""The base of rules whose weights follow from the losses of the batch that they train."""

import abc
from collections.abc import Mapping

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting

TINY = 1e-30
"""Below any loss, above float32's smallest normal number."""


class LossRule(TaskWeighting):
    """A weighting that computes its weights from the unweighted losses of the same batch.

    A subclass defines the weights in `rule`, any further state in `build` and `learn`, and, if its
    objective is not the weighted sum, its value in `objective`. The gradient is that of
    sum_k lambda_k L_k with constant lambda, so `rule` returns the derivatives of the objective.

    The state does not change on a batch in which a task has no valid pixel, or in which a loss is
    not finite or, with `needs_positive`, is 0 or below. A task with valid pixels still trains, with
    the weight of the last batch that was usable; 1 before the first.

    Attributes:
        needs_positive: The rule divides by the losses or takes their logarithms.
    """

    needs_positive = False

    def __init__(self) -> None:
        """Takes nothing: the catalogue and editors read the arguments of a rule from here."""
        super().__init__()

    @abc.abstractmethod
    def rule(self, losses: Tensor) -> Tensor:
        """The weights [K] for a batch.

        Args:
            losses: Unweighted losses [K], float32, not differentiated, tasks as in `self.tasks`.
                On a batch that is not usable they are replaced by 1.
        """

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        """Updates further state for the next batch, after `rule`; does nothing by default.

        Args:
            losses: As for `rule`.
            usable: Scalar bool; if it is false, the state must not change.
        """

    def objective(self, losses: Tensor, weights: Tensor) -> Tensor:
        """The value logged as `loss`, a scalar; the weighted sum by default."""
        return ops.sum(weights * losses)

    def batch_weights(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        means = ops.stack([losses[task].mean for task in self.tasks])
        usable = self.usable(losses)
        found = self.rule(self._safe(means, usable))
        return ops.stop_gradient(ops.where(usable, found, super().effective_weights()))

    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        means = ops.stack([losses[task].mean for task in self.tasks])
        usable = self.usable(losses)
        weights = self.batch_weights(losses)
        weighted = ops.sum(weights * means)
        value = ops.where(usable, self.objective(self._safe(means, usable), weights), weighted)
        return ops.stop_gradient(value - weighted) + weighted

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        means = ops.stack([losses[task].mean for task in self.tasks])
        usable = self.usable(losses)
        safe = self._safe(means, usable)
        old = ops.convert_to_tensor(self.values)
        self.values.assign(ops.where(usable, self.rule(safe), old))
        self.learn(safe, usable)

    def usable(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        """Scalar bool: every task is present and the rule is defined for their losses."""
        means = ops.stack([ops.stop_gradient(losses[task].mean) for task in self.tasks])
        present = ops.stack([losses[task].present for task in self.tasks])
        usable = ops.logical_and(present, ops.isfinite(means))
        if self.needs_positive:
            usable = ops.logical_and(usable, means > TINY)
        return ops.all(usable)

    def _safe(self, means: Tensor, usable: Tensor) -> Tensor:
        return ops.where(usable, ops.stop_gradient(means), ops.ones_like(means))
