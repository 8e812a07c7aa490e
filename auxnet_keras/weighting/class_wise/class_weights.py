"""The class weights in the step: the auxiliary loss that they form, and their update."""

import dataclasses
from typing import Any

from keras import ops

from auxnet_keras.core.replicas import AllReduce
from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.class_wise.auxiliary_classes import DepthClasses, SemanticClasses
from auxnet_keras.weighting.class_wise.class_rule import ClassRule, TimeUnit
from auxnet_keras.weighting.class_wise.class_sums import class_sums
from auxnet_keras.weighting.class_wise.class_window import Window
from auxnet_keras.weighting.class_wise.program_rule import ProgramRule


class ClassWeights:
    """Forms the loss sum_c w^c A_c of a batch and advances the rule by that batch.

    Args:
        state: Holds the variables.
        classes: Tells the class of a pixel.
        rule: Holds the weights and advances them.
        window: Number of batches per unit of time.
        by_class: Sums are divided by the pixels of a class instead of all pixels.
        open_at_first: The weights may change from the first epoch on.
    """

    def __init__(
        self,
        state: WeightingState,
        classes: SemanticClasses | DepthClasses,
        rule: ClassRule | ProgramRule,
        window: int,
        by_class: bool,
        open_at_first: bool,
    ) -> None:
        count = len(classes.names)
        self.rule = rule
        self._classes, self._by_class = classes, by_class
        self._window = Window(state, count, window)
        self.open = state.add_state("open", float(open_at_first))
        self.strays = state.add_state("stray_labels", 0.0)
        self._all_reduce = AllReduce(4 * (count + 1) + 1)
        self._sums: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_sums": None}  # tensors of a traced step cannot be copied

    def effective(self) -> Tensor:
        """The current `w` [C], detached from the gradient."""
        return ops.copy(ops.stop_gradient(ops.convert_to_tensor(self.rule.weights)))

    def applied(self, main: TaskLoss, auxiliary: TaskLoss) -> TaskLoss:
        """The auxiliary loss of a batch with class weights; `update` is for the same batch."""
        ids, strays = self._classes.of(auxiliary.target, auxiliary.per_pixel)
        weighted = auxiliary.valid * auxiliary.per_pixel
        maps = (weighted, auxiliary.valid, main.valid * main.per_pixel, main.valid)
        # One more class, for the pixels without one: they count in the N of the main task.
        sums = class_sums(maps, ids, len(self._classes.names) + 1)
        self._sums = self._reduced(sums, strays)
        numerator, count, *_ = self._sums
        scale = self.effective() / self._pixels(count)
        # Each pixel reads the factor of its class; pixels without a class read 0.
        factor = ops.take(ops.append(scale, 0.0), ids)
        share = ops.sum(ops.stop_gradient(factor) * weighted)
        # The value over all replicas, with this replica's share of the gradient.
        mean = ops.stop_gradient(ops.sum(scale * numerator) - share) + share
        return dataclasses.replace(auxiliary, mean=mean)

    def update(self) -> None:
        """Assigns the class weights for the next batch."""
        auxiliary, count, main, main_count, main_rest, strays = self._sums
        unweighted = auxiliary / self._pixels(count)
        if not isinstance(self.rule, ProgramRule):  # which takes sums
            main = main / self._pixels(main_count, main_rest)
        present = ops.logical_and(count > 0, main_count > 0)
        finite = ops.logical_and(ops.isfinite(unweighted), ops.isfinite(main))
        unit, complete = self._window.add(
            TimeUnit(main, unweighted, ops.logical_and(present, finite))
        )
        present = ops.logical_and(unit.present, complete)
        moving = ops.logical_and(ops.convert_to_tensor(self.open) > 0, complete)
        self.strays.assign_add(strays)
        self.rule.advance(dataclasses.replace(unit, present=present), moving)

    def _reduced(self, sums: Tensor, strays: Tensor) -> tuple[Tensor, ...]:
        """Sums over all replicas.

        Returns the rows of `sums` [4, C + 1] without the pixels of no class, the number of those
        pixels that are valid for the main task, and `strays`.
        """
        shape = sums.shape
        flat = self._all_reduce(ops.append(ops.reshape(sums, (-1,)), strays))
        summed = ops.reshape(flat[:-1], shape)
        return (*(summed[row, :-1] for row in range(shape[0])), summed[-1, -1], flat[-1])

    def _pixels(self, count: Tensor, rest: Tensor = 0.0) -> Tensor:
        """The divisor of each class's sums, never 0; `rest`: valid pixels without a class."""
        pixels = count if self._by_class else ops.sum(count) + rest
        return ops.where(pixels > 0, pixels, 1.0)
