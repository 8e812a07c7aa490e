"""Dynamic weight average (DWA): more weight for the task that learns more slowly."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.weighting.arguments import check_above_zero
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.loss_rules.base import TINY, LossRule

_LARGEST_RATIO = 1e6  # e to its power is infinite anyway, and so would be a ratio of float32


class DynamicWeightAverage(LossRule):
    """w = K softmax(r / T) with r_k = Lbar_k(t-1) / Lbar_k(t-2), constant within a period t.

    Lbar_k(t) is the mean loss of period t: an epoch, or `window` batches. A task whose loss
    falls more slowly than the others' has the larger r, and gets the larger weight. The weights sum
    to K; they are 1 until two periods have ended. Units do not matter.

    A batch in which a task has no valid pixel, or a loss of 0 or below, is not in the means; it
    trains with the current weights.

    Use it if one task falls behind. The weights stay close to 1 (with T = 2 and two tasks, a loss
    that stands still beside one that halves gets 1.12), so this does not repair losses of different
    size: scale those first.

    Args:
        temperature: T > 0; the larger, the closer the weights are to 1.
        window: Number of batches of a period; `None` is an epoch. Windows of a few batches follow
            the noise of single batches.

    Raises:
        ConfigError: The temperature is not a finite number above 0, or the window not a whole
            number >= 1.

    Example:
        >>> model.fit(train, epochs=40, callbacks=[ak.weighting.DynamicWeightAverage()])

    Reference:
        Liu, Johns and Davison, End-to-End Multi-Task Learning with Attention, CVPR 2019, Eq. 7.
    """

    needs_positive = True

    def __init__(self, temperature: float = 2.0, window: int | None = None) -> None:
        super().__init__()
        check_above_zero("temperature", temperature)
        if window is not None:
            check_whole("window", window, least=1)
        self.temperature = float(temperature)
        self.window = window

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        zeros = [0.0] * len(tasks)
        means = [state.add_state(name, zeros) for name in ("mean", "last_mean", "mean_before")]
        counts = [state.add_state(name, 0.0) for name in ("batches", "ended")]
        self._memory = [*means, *counts]
        self._epoch = state.add_state("epoch", 0.0)
        self._seen = state.add_state("epoch_of_mean", 0.0)

    def schedule(self, epoch: int) -> None:
        self._epoch.assign(float(epoch))

    def rule(self, losses: Tensor) -> Tensor:
        _, last, before, _, ended = self._closed()
        ratio = ops.minimum(last / ops.maximum(before, TINY), _LARGEST_RATIO)
        weights = len(self.tasks) * ops.softmax(ratio / self.temperature)
        return ops.where(ended >= 2, weights, ops.ones_like(weights))

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        epoch = ops.convert_to_tensor(self._epoch)
        mean, last, before, batches, ended = self._closed()
        batches = batches + 1.0
        mean = mean + (losses - mean) / batches  # a sum of many losses could overflow
        new = (mean, last, before, batches, ended, epoch)
        variables = (*self._memory, self._seen)
        for variable, value in zip(variables, new, strict=True):
            variable.assign(ops.where(usable, value, ops.convert_to_tensor(variable)))

    def _closed(self) -> tuple[Tensor, ...]:
        """The memory at the start of a batch, with a period that has ended moved to the past.

        Nothing but the number of the epoch says that one has ended: `schedule` may run at any time,
        and again after a resume.
        """
        mean, last, before, batches, ended = (ops.convert_to_tensor(v) for v in self._memory)
        if self.window is None:
            new_epoch = ops.not_equal(
                ops.convert_to_tensor(self._epoch), ops.convert_to_tensor(self._seen)
            )
            over = ops.logical_and(new_epoch, batches > 0)
        else:
            over = batches >= self.window
        return (
            ops.where(over, 0.0, mean),
            ops.where(over, mean, last),
            ops.where(over, last, before),
            ops.where(over, 0.0, batches),
            ended + ops.cast(over, "float32"),
        )
