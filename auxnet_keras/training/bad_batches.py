"""What a model remembers of batches that were left out because a number in them was not finite."""

import math
from collections.abc import Sequence

import keras
from keras import ops

from auxnet_keras.core.types import Tensor


class Guard(keras.metrics.Metric):
    """Counts the batches of an epoch that moved nothing, and what was wrong with the last of them.

    It is a metric, so that it travels with the step on every backend, starts anew with an epoch and
    tells the callbacks without a further look at the device. Its own variables are the only ones
    that a batch which is left out does move.

    Args:
        tasks: Those whose losses it watches.

    Attributes:
        batches: How many the epoch had so far.
        skipped: How many of them were left out.
        last: The number of the last of those, counted from 1.
        gradient: Which trainable variable's gradient was the first not to be finite in it; -1 if
            all were, or if that is not known.
        losses: The tasks' losses on the last batch that had one which was not finite.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(name="skipped_batches")
        self.tasks = tuple(tasks)
        self.batches, self.skipped, self.last, self.gradient = (
            self._equal_on_all_replicas(name) for name in ("batches", "skipped", "last", "gradient")
        )
        self.losses = self._equal_on_all_replicas("losses", (len(self.tasks),))

    def watch(self, losses: Sequence[Tensor]) -> None:
        """Keeps the losses of a batch, in the order of `tasks`, if one is not finite."""
        seen = ops.stack([ops.stop_gradient(loss) for loss in losses])
        finite = ops.all(ops.isfinite(seen))
        self.losses.assign(ops.where(finite, ops.convert_to_tensor(self.losses), seen))

    def update_state(self, finite: Tensor, gradient: Tensor = -1) -> None:
        """Counts a batch.

        Args:
            finite: Scalar bool: it is not left out.
            gradient: As the attribute.
        """
        batches = self.batches + 1.0
        self.batches.assign(batches)
        self.skipped.assign_add(ops.cast(ops.logical_not(finite), "float32"))
        for variable, value in ((self.last, batches), (self.gradient, gradient)):
            value = ops.cast(value, "float32")
            variable.assign(ops.where(finite, ops.convert_to_tensor(variable), value))

    def result(self) -> Tensor:
        # A copy: JAX gives the variable's own buffer back to the next step, logs and all.
        return ops.copy(ops.convert_to_tensor(self.skipped))

    def what_was_wrong(self, model: keras.Model) -> str:
        """Which number of the last batch left out was not finite, and forgets it.

        Between steps only: it reads and assigns variables.
        """
        losses = ops.convert_to_numpy(self.losses).tolist()
        self.losses.assign(
            ops.zeros((len(self.tasks),))
        )  # or the next one would be mistaken for it
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


def undoable(model: keras.Model) -> list[keras.Variable]:
    """What a step moves before it is known whether its numbers are finite.

    BatchNormalization's statistics, seed generators, the weighting's state and the metrics: a few
    thousand numbers. Weights and the optimizer's state only move afterwards.
    """
    own = {id(variable) for variable in model.guard.variables}
    small = [*model.non_trainable_variables, *model.metrics_variables]
    return [variable for variable in small if id(variable) not in own]
