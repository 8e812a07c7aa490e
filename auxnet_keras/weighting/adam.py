"""Adam on the weights themselves, for rules that learn them over many batches."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.base import WeightingState

_FIRST, _SECOND, _EPSILON = 0.9, 0.999, 1e-8
_LARGEST = 1e15
"""Beyond it, float32 could not hold a square."""


class Adam:
    """Adam on a vector, with its memory in the state of a weighting.

    Args:
        state: Gets the variables.
        count: Length of the vector.
        learning_rate: Size of a step.

    Reference:
        Kingma & Ba, Adam, ICLR 2015, Algorithm 1.
    """

    def __init__(self, state: WeightingState, count: int, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.first = state.add_state("adam_first", [0.0] * count)
        self.second = state.add_state("adam_second", [0.0] * count)
        self.steps = state.add_state("adam_steps", 0.0)

    def change(self, gradient: Tensor, usable: Tensor) -> Tensor:
        """What to subtract from the vector; 0, and no trace, if not usable or not finite."""
        usable = ops.logical_and(usable, ops.all(ops.isfinite(gradient)))
        gradient = ops.where(usable, ops.clip(gradient, -_LARGEST, _LARGEST), 0.0)
        old = [ops.convert_to_tensor(each) for each in (self.first, self.second, self.steps)]
        first = _FIRST * old[0] + (1.0 - _FIRST) * gradient
        second = _SECOND * old[1] + (1.0 - _SECOND) * gradient * gradient
        steps = old[2] + 1.0
        mean = first / (1.0 - _FIRST**steps)
        deviation = ops.sqrt(second / (1.0 - _SECOND**steps))
        change = ops.where(usable, self.learning_rate * mean / (deviation + _EPSILON), 0.0)
        for variable, new, before in zip(
            (self.first, self.second, self.steps), (first, second, steps), old, strict=True
        ):
            variable.assign(ops.where(usable, new, before))
        return change
