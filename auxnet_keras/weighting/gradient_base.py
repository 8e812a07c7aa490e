"""What a gradient-based weighting is: a rule from the tasks' gradients to their weights.

The rule sees the gradients only through their Gram matrix, M_ij = g_i . g_j, so it is a handful of
operations on a [K, K] tensor whatever the network. `auxnet_keras.training.task_gradients` takes the
gradients.
"""

import abc
from collections.abc import Mapping

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting


class GradientWeighting(TaskWeighting):
    """A weighting whose weights are a function of the tasks' gradients on the same batch.

    A subclass says in `rule` how; and in `learn` how its further state, if it has any, moves on.
    A batch in which a task has no valid pixel or a gradient of exactly zero, or whose gradients or
    losses overflow, moves no state; in the first two cases the other task trains alone, with
    weight 1. (To MGDA, a zero gradient would be the shortest one: nothing would train.)

    Losses outside (main, auxiliary) and regularisation train as ever and are in no Gram matrix.
    The weights logged are those the batch was trained with, and `loss` is the total with them.

    Attributes:
        all_parameters: The Gram matrix is over all parameters and the weights hold for all of them;
            otherwise both are about the shared ones, and a parameter that only one task has gets
            that task's own gradient, unweighted.
        representation: The gradients are those at the tensors where the tasks' graphs part.
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
        """Moves further state, before `rule`, if `usable`; there is none by default."""

    def weigh(self, gram: Tensor, losses: Mapping[str, TaskLoss]) -> Tensor:
        """The weights [K] with which a batch trains; keeps them, if the batch is usable."""
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
