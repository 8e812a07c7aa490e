"""Losses in units of their first value."""

from collections.abc import Mapping

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting, WeightingState

_TINY = 1e-30  # below any loss, above float32's smallest normal number


class FirstLossWeights(TaskWeighting):
    """L = sum_k L_k / L_k(0): every task starts with a loss of 1.

    L_k(0) is the mean of a task's loss over the first `batches` batches with a valid pixel of it;
    while there are fewer, over those so far, so the first batch trains with its own loss. After
    that the weights are constant: fixed weights without a ratio to choose. Whatever the units, both
    tasks count the same at the start. A batch without a valid pixel of a task, or in which its loss
    is 0 or overflows, does not count for it; before its first batch a task has the weight 1.

    Use it as the cheap baseline that every other weighting has to beat, and for losses in different
    units.

    Args:
        batches: How many to average. With 1, an unusual first batch affects the whole training.

    Raises:
        ConfigError: `batches` is not a whole number >= 1.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.FirstLossWeights(batches=20)])

    Reference:
        Yim and Kim, Learning Boost by Exploiting the Auxiliary Task in Multi-task Domain, 2020: the
        sum that their published program minimises, with one batch. Chen et al., GradNorm, ICML
        2018, Eq. 2 divides by the same number.
    """

    def __init__(self, batches: int = 1) -> None:
        super().__init__()
        check_whole("batches", batches, least=1)
        self.batches = int(batches)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        self.tasks = tasks
        zeros = [0.0] * len(tasks)
        self.sums = state.add_state("first_losses", zeros)
        self.counts = state.add_state("first_batches", zeros)

    def effective_weights(self) -> Tensor:
        return _inverse_mean(*(ops.convert_to_tensor(each) for each in (self.sums, self.counts)))

    def batch_weights(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        return _inverse_mean(*self._including(losses))

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        for variable, value in zip((self.sums, self.counts), self._including(losses), strict=True):
            variable.assign(value)

    def _including(self, losses: Mapping[str, TaskLoss]) -> tuple[Tensor, Tensor]:
        """Sums and counts of the first losses [tasks], including this batch if it counts."""
        means = ops.stack([ops.stop_gradient(losses[task].mean) for task in self.tasks])
        present = ops.stack([losses[task].present for task in self.tasks])
        sums, counts = (ops.convert_to_tensor(each) for each in (self.sums, self.counts))
        usable = ops.logical_and(present, ops.logical_and(means > _TINY, ops.isfinite(means)))
        counted = ops.logical_and(usable, counts < self.batches)
        return (
            sums + ops.where(counted, means, 0.0),
            counts + ops.where(counted, 1.0, 0.0),
        )


def _inverse_mean(sums: Tensor, counts: Tensor) -> Tensor:
    """1 / mean [tasks], and 1 for a task without a mean."""
    known = counts > 0
    return ops.stop_gradient(ops.where(known, counts / ops.where(known, sums, 1.0), 1.0))
