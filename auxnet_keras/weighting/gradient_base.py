"""The base of gradient-based weightings: a rule from the tasks' gradients to their weights.

The rule sees only the Gram matrix of the gradients, M_ij = g_i . g_j, so it is a handful of
operations on a [K, K] tensor whatever the network. `auxnet_keras.training.task_gradients` computes
the gradients.
"""

import abc
from collections.abc import Mapping

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting


class GradientWeighting(TaskWeighting):
    """A weighting that computes its weights from the tasks' gradients on the same batch.

    A subclass defines the weights in `rule` and updates any further state in `learn`. The state
    does not change on a batch in which a task has no valid pixel or a gradient of exactly zero, or
    in which gradients or losses overflow. In the first two cases the other task trains alone, with
    weight 1. (To MGDA, a zero gradient would be the shortest one: nothing would train.)

    Losses outside (main, auxiliary) and regularisation train as usual and are not in the Gram
    matrix. The logged weights are those that trained the batch, and `loss` is the total with them.

    Attributes:
        all_parameters: The Gram matrix covers all parameters, and the weights apply to all of them.
            Otherwise both cover only the shared parameters, and a parameter of one task alone gets
            that task's gradient, unweighted.
        representation: The gradients are taken at the tensors where the tasks' graphs branch.
    """

    all_parameters = False
    representation = False

    @abc.abstractmethod
    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        """The weights [K] for a batch.

        Args:
            gram: M [K, K], float32, M_ij = g_i . g_j, tasks as in `self.tasks`.
            losses: Unweighted losses [K], float32.
        """

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        """Updates further state, before `rule`, if `usable`; does nothing by default."""

    def weigh(self, gram: Tensor, losses: Mapping[str, TaskLoss]) -> Tensor:
        """The weights [K] that train a batch; stores them if the batch is usable."""
        means = ops.stack([ops.stop_gradient(losses[task].mean) for task in self.tasks])
        labelled = ops.stack([losses[task].present for task in self.tasks])
        present = ops.logical_and(labelled, ops.diagonal(gram) != 0)
        finite = ops.logical_and(ops.all(ops.isfinite(gram)), ops.all(ops.isfinite(means)))
        usable = ops.logical_and(ops.all(present), finite)
        self.learn(means, usable)
        old = ops.convert_to_tensor(self.values)
        new = ops.where(usable, self.rule(gram, means), old)
        self.values.assign(new)
        return ops.where(ops.all(present), new, ops.cast(present, "float32"))
