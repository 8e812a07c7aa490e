"""Adam for the few numbers that a weighting learns itself."""

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.base import WeightingState

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
LARGEST_GRADIENT = 1e15  # its square is far from float32's largest number


class Adam:
    """Adam with its memory in a weighting's state; a step is never longer than a few rates.

    The model's optimizer would apply its own rate, schedule, weight decay and clipping to these
    numbers, and would have to learn about them when a weighting is attached.

    Args:
        state: Holds the variables.
        size: K.
        learning_rate: Above 0.
        weight_decay: Multiple of the parameters that is added to their gradient.
    """

    def __init__(
        self, state: WeightingState, size: int, learning_rate: float, weight_decay: float = 0.0
    ) -> None:
        self._m, self._v = (state.add_state(name, [0.0] * size) for name in ("adam_m", "adam_v"))
        self._steps = state.add_state("adam_steps", 0.0)
        self._learning_rate, self._weight_decay = learning_rate, weight_decay

    def step(self, parameters: keras.Variable, gradient: Tensor, usable: Tensor) -> None:
        """Moves `parameters` [K] against their gradient, if `usable` (a scalar bool)."""
        old = [ops.convert_to_tensor(v) for v in (parameters, self._m, self._v, self._steps)]
        values, m, v, steps = old
        gradient = gradient + self._weight_decay * values
        gradient = ops.clip(gradient, -LARGEST_GRADIENT, LARGEST_GRADIENT)
        steps = steps + 1.0
        m = BETA_1 * m + (1.0 - BETA_1) * gradient
        v = BETA_2 * v + (1.0 - BETA_2) * ops.square(gradient)
        m_hat = m / (1.0 - ops.power(BETA_1, steps))
        v_hat = v / (1.0 - ops.power(BETA_2, steps))
        moved = values - self._learning_rate * m_hat / (ops.sqrt(v_hat) + EPSILON)
        new = [ops.where(usable, *both) for both in zip((moved, m, v, steps), old, strict=True)]
        for variable, value in zip((parameters, self._m, self._v, self._steps), new, strict=True):
            variable.assign(value)
