"""The time unit of the class weights: a batch, or the mean over several batches."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.class_wise.class_rule import TimeUnit


class Window:
    """Collects `length` batches; the means of a class are over the batches in which it occurs.

    Args:
        state: Holds the variables; a length of 1 needs none.
        classes: C.
        length: Number of batches per unit.
    """

    def __init__(self, state: WeightingState, classes: int, length: int) -> None:
        self.length = length
        if length > 1:
            zeros = [0.0] * classes
            self._sums = [state.add_state(f"window_{n}", zeros) for n in ("main", "aux", "count")]
            self._batches = state.add_state("window_batches", 0.0)

    def add(self, batch: TimeUnit) -> tuple[TimeUnit, Tensor]:
        """Adds a batch; returns the unit so far and whether it is complete."""
        if self.length == 1:
            return batch, True
        values = (batch.main, batch.unweighted, ops.ones_like(batch.main))
        sums = [
            old + ops.where(batch.present, value, 0.0)
            for old, value in zip(self._sums, values, strict=True)
        ]
        batches = self._batches + 1.0
        complete = batches >= self.length
        for variable, value in zip(self._sums, sums, strict=True):
            variable.assign(ops.where(complete, 0.0, value))
        self._batches.assign(ops.where(complete, 0.0, batches))
        main, unweighted, count = sums
        present = ops.logical_and(count > 0, ops.isfinite(main) & ops.isfinite(unweighted))
        count = ops.maximum(count, 1.0)
        return TimeUnit(main / count, unweighted / count, present), complete
