"""Records which batches were skipped because a number was not finite."""

import math
from collections.abc import Sequence

import keras
from keras import ops

from auxnet_keras.core.types import Tensor


class Guard(keras.metrics.Metric):
    """Counts the skipped batches of an epoch and records what was wrong with the last of them.

    It is a metric: part of the step on every backend, reset at the start of an epoch, and visible
    to callbacks without another read from the device. A skipped batch changes no variables except
    this metric's.

    Args:
        tasks: The tasks with losses to watch.

    Attributes:
        batches: Number of batches of the epoch so far.
        skipped: Number of skipped batches.
        last: Number of the last skipped batch, counted from 1.
        gradient: Index of the first trainable variable with a gradient that was not finite in that
            batch; -1 if all were finite, or if this is unknown.
        losses: The tasks' losses on the last batch in which one of them was not finite.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(name="skipped_batches")
        self.tasks = tuple(tasks)
        self.batches, self.skipped, self.last, self.gradient = (
            self._equal_on_all_replicas(name) for name in ("batches", "skipped", "last", "gradient")
        )
        self.losses = self._equal_on_all_replicas("losses", (len(self.tasks),))

    def watch(self, losses: Sequence[Tensor]) -> None:
        """Records the losses of a batch, in the order of `tasks`, if one is not finite."""
        seen = ops.stack([ops.stop_gradient(loss) for loss in losses])
        finite = ops.all(ops.isfinite(seen))
        self.losses.assign(ops.where(finite, ops.convert_to_tensor(self.losses), seen))

    def update_state(self, finite: Tensor, gradient: Tensor = -1) -> None:
        """Counts a batch.

        Args:
            finite: Scalar bool: the batch is not skipped.
            gradient: See the attribute.
        """
        batches = self.batches + 1.0
        self.batches.assign(batches)
        self.skipped.assign_add(ops.cast(ops.logical_not(finite), "float32"))
        for variable, value in ((self.last, batches), (self.gradient, gradient)):
            value = ops.cast(value, "float32")
            variable.assign(ops.where(finite, ops.convert_to_tensor(variable), value))

    def result(self) -> Tensor:
        # A copy: JAX donates the variable's own buffer, and with it the logs, to the next step.
        return ops.copy(ops.convert_to_tensor(self.skipped))

    def explain_last_skip(self, model: keras.Model) -> str:
        """Says which number of the last skipped batch was not finite, and resets the losses.

        Call it between steps only: it reads and assigns variables.
        """
        losses = ops.convert_to_numpy(self.losses).tolist()
        # Otherwise the next skipped batch would report these losses.
        self.losses.assign(ops.zeros((len(self.tasks),)))
        both = zip(self.tasks, losses, strict=True)
        bad = [f"the {task} loss" for task, loss in both if not math.isfinite(loss)]
        if bad:
            return f"{' and '.join(bad)} {'is' if len(bad) == 1 else 'are'} not finite"
        gradient = int(ops.convert_to_numpy(self.gradient))
        if gradient >= 0:
            path = model.trainable_variables[gradient].path
            return f"the losses are finite, but the gradient of {path} is not"
        return "the tasks' losses are finite, but their weighted total or the update is not"

    def _equal_on_all_replicas(self, name: str, shape: tuple[int, ...] = ()) -> keras.Variable:
        return self.add_variable(
            shape, initializer="zeros", dtype="float32", aggregation="only_first_replica", name=name
        )


def variables_to_restore(model: keras.Model) -> list[keras.Variable]:
    """The variables that a step changes before it can check that its numbers are finite.

    These are BatchNormalization's statistics, seed generators, the weighting's state and the
    metrics: a few thousand numbers. Weights and the optimizer's state change only after the check.
    """
    own = {id(variable) for variable in model.guard.variables}
    small = [*model.non_trainable_variables, *model.metrics_variables]
    return [variable for variable in small if id(variable) not in own]
