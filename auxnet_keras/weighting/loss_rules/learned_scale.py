"""The base of rules that learn a logarithmic scale per task."""

import abc

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.adam import Adam
from auxnet_keras.weighting.arguments import check_above_zero
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.loss_rules.base import LossRule

LARGEST = 20.0
"""Times its value at the optimum, a weighted loss does not count for more in the derivative by s.

Adam divides by a root mean square over a thousand steps: after one batch with a loss of 1e6, s
would stand still for thousands of batches.
"""


class LearnedScale(LossRule):
    """A rule with a number s_k per task, learned beside the network by its own Adam.

    s(0) = 0. A subclass defines the weights as a function of s and the derivative by s, in which it
    bounds the weighted losses by `LARGEST`.

    Args:
        learning_rate: Of Adam, whose steps are about this long whatever the size of the losses.
            s is a logarithm, so 0.025 lets a weight change by up to 2.5 % per batch.

    Raises:
        ConfigError: The learning rate is not a finite number above 0.
    """

    needs_positive = True

    def __init__(self, learning_rate: float = 0.025) -> None:
        super().__init__()
        check_above_zero("learning_rate", learning_rate)
        self.learning_rate = float(learning_rate)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._scales = state.add_state("log_scales", [0.0] * len(tasks))
        self._adam = Adam(state, len(tasks), self.learning_rate)

    @property
    def scales(self) -> Tensor:
        """The current s [K]."""
        return ops.convert_to_tensor(self._scales)

    @abc.abstractmethod
    def slope(self, losses: Tensor) -> Tensor:
        """The derivative [K] of the objective by s."""

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        scales = self.scales
        self._scales.assign(scales - self._adam.change(self.slope(losses), usable))
