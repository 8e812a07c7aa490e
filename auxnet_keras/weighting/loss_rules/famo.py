"""FAMO: the losses after a step say which task it served least."""

from collections.abc import Mapping

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.adam import Adam
from auxnet_keras.weighting.arguments import check_above_zero, check_not_negative
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.loss_rules.base import LossRule


class FAMO(LossRule):
    """L = c sum_k z_k log L_k with z = softmax(xi) and c = 1 / sum_k (z_k / L_k).

    So w_k = c z_k / L_k; the weights sum to 1. After the optimizer's step the losses of the same
    batch are computed once more, and Adam moves xi by

        delta_k = log L_k(before) - log L_k(after),   gradient = J_softmax(xi)^T delta + decay xi

    which lowers z of a task that improved more than the others: all tasks are to improve at the
    same relative rate. As long as z is uniform, every w_k L_k is the same (`ScaleInvariantLoss`'s
    direction). xi starts at 0.

    The second forward pass starts from the variables of the first, so it has the same dropout
    masks, and moves neither BatchNormalization's statistics nor a seed. A batch in which a task has
    no valid pixel, or a loss of 0 or below before or after the step, does not move xi; nor does one
    that is skipped because it is not finite. With gradient accumulation, most batches have no step
    to judge: use another rule.

    Use it to approximate MGDA's even progress without a gradient per task: it costs a forward pass.

    Args:
        learning_rate: Of the Adam for xi.
        decay: Pulls xi back to 0, so that old batches are forgotten; >= 0.

    Raises:
        ConfigError: An argument is not a finite number above 0 (`decay`: 0 or above).

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.FAMO()])

    Reference:
        Liu et al., FAMO: Fast Adaptive Multitask Optimization, NeurIPS 2023, Algorithm 1 and
        Eq. 11. Programs disagree on the decay, from 1e-5 to 0.01; 0.001 is that of their NYUv2
        runs. Their clipping of the update's norm is the optimizer's `clipnorm`.
    """

    needs_positive = True

    def __init__(self, learning_rate: float = 0.025, decay: float = 0.001) -> None:
        super().__init__()
        check_above_zero("learning_rate", learning_rate)
        check_not_negative("decay", decay)
        self.learning_rate = float(learning_rate)
        self.decay = float(decay)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        zeros = [0.0] * len(tasks)
        self._logits = state.add_state("logits", zeros)
        self._before = state.add_state("losses_before", zeros)  # 0: no step to judge
        self._adam = Adam(state, len(tasks), self.learning_rate)

    def rule(self, losses: Tensor) -> Tensor:
        inverse = self._shares() / losses
        return inverse / ops.sum(inverse)

    def objective(self, losses: Tensor, weights: Tensor) -> Tensor:
        shares = self._shares()
        return ops.sum(shares * ops.log(losses)) / ops.sum(shares / losses)

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        before = ops.convert_to_tensor(self._before)
        self._before.assign(ops.where(usable, losses, before))

    def after_step(self, losses: Mapping[str, TaskLoss]) -> None:
        """Moves xi; the step calls it on every batch, also on one that was skipped.

        Args:
            losses: The losses of the batch that `update` saw, after the optimizer's step.
        """
        usable = self.usable(losses)
        after = self._safe(ops.stack([losses[task].mean for task in self.tasks]), usable)
        before = ops.convert_to_tensor(self._before)
        known = before > 0
        gains = ops.log(ops.where(known, before, 1.0)) - ops.log(after)
        logits, shares = ops.convert_to_tensor(self._logits), self._shares()
        gradient = shares * (gains - ops.sum(shares * gains)) + self.decay * logits
        change = self._adam.change(gradient, ops.logical_and(usable, ops.all(known)))
        self._logits.assign(logits - change)
        self._before.assign(ops.zeros_like(before))

    def _shares(self) -> Tensor:
        return ops.softmax(ops.convert_to_tensor(self._logits))
