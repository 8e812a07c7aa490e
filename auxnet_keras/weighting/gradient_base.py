"""What a gradient-based weighting is: a rule from the tasks' gradients to their weights.

The rule sees the gradients only through their Gram matrix, M_ij = g_i . g_j, so it is a handful of
operations on a [K, K] tensor whatever the network; `task_gradients` takes the gradients.
"""

import abc
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from auxnet_keras.errors import ConfigError
from auxnet_keras.models.branches import Branches, branches
from auxnet_keras.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting


class GradientWeighting(TaskWeighting):
    """A weighting whose weights are a function of the tasks' gradients on the same batch.

    A subclass says in `rule` how; and in `learn` how its further state, if it has any, moves on.
    A batch in which a task has no valid pixel, or whose gradients or losses overflow, moves no
    state; in the first case the other task trains alone, with weight 1.

    Losses outside (main, auxiliary) and regularisation train as ever and are in no Gram matrix.
    The weights logged are those the batch was trained with, and `loss` is the total with them.

    Attributes:
        all_parameters: The Gram matrix is over all parameters and the weights hold for all of them;
            otherwise both are about the shared ones, and a parameter that only one task has gets
            that task's own gradient, unweighted.
        representation: The gradients are those at the tensors where the tasks' graphs part.
        branches: The two halves of the model for `representation`, else `None`.
    """

    all_parameters = False
    representation = False
    branches: Branches | None = None

    def set_model(self, model: keras.Model) -> None:
        """As every weighting's.

        Raises:
            ConfigError: Also: the backend is not TensorFlow; for `representation`, a graph in which
                the tasks do not part.
        """
        if keras.backend.backend() != "tensorflow":
            raise ConfigError(
                f"{type(self).__name__} needs the gradient of every task by itself, which is "
                "implemented for the TensorFlow backend only. Set KERAS_BACKEND=tensorflow, or "
                "use a weighting of losses (fixed, TWB, FTWB, class-wise). "
                f"Received: KERAS_BACKEND={keras.backend.backend()}."
            )
        super().set_model(model)
        if self.representation and (self.branches is None or self.branches.of is not model):
            try:
                self.branches = branches(model)
            except ConfigError:  # or the next step would take gradients somewhere else
                model.detach_weighting()
                raise

    @abc.abstractmethod
    def rule(self, gram: Any, losses: Any) -> Any:
        """The weights [K] for a batch.

        Args:
            gram: M [K, K], float32, M_ij = g_i . g_j, tasks as in `self.tasks`.
            losses: Unweighted losses [K], float32.
        """

    def learn(self, losses: Any, usable: Any) -> None:
        """Moves further state, before `rule`, if `usable`; there is none by default."""

    def weigh(self, gram: Any, losses: Mapping[str, TaskLoss]) -> Any:
        """The weights [K] with which a batch trains; keeps them, if the batch is usable."""
        means = ops.stack([ops.stop_gradient(losses[task].mean) for task in self.tasks])
        present = ops.stack([losses[task].present for task in self.tasks])
        finite = ops.logical_and(ops.all(ops.isfinite(gram)), ops.all(ops.isfinite(means)))
        usable = ops.logical_and(ops.all(present), finite)
        self.learn(means, usable)
        old = ops.convert_to_tensor(self.values)
        new = ops.where(usable, self.rule(gram, means), old)
        self.values.assign(new)
        return ops.where(ops.all(present), new, ops.cast(present, "float32"))

    def train_step(self, model: keras.Model, data: Any) -> dict[str, Any]:
        """Trains `model` on a batch; called in place of Keras' own step."""
        from auxnet_keras.weighting import task_gradients  # imports TensorFlow

        return task_gradients.train_step(model, self, data)
