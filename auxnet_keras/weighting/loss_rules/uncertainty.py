"""Uncertainty weighting: a learned noise level per task."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.loss_rules.learned_scale import LARGEST, LearnedScale


class UncertaintyWeighting(LearnedScale):
    """L = sum_k a_k exp(-s_k) L_k + s_k / 2, where s_k = log sigma_k^2 is learned.

    a_k is 1/2 for a regression and 1 for a classification. The weight of a task is a_k exp(-s_k).
    For constant losses, s settles where w_k L_k = 1/2 for every task: weights proportional to
    1 / L_k, which follow the losses slowly. The gradient of s is that closed form; the network's
    optimizer never sees s.

    The total falls below 0 when the losses are small: s / 2 is a logarithm. Nothing is wrong then.
    With `nonnegative=True` its place is taken by log(1 + sigma_k^2), which is never negative. For
    constant losses, w_k L_k then settles at sigma^2 / (1 + sigma^2), so a task whose loss nears 0
    counts less and less.

    A batch in which a loss is 0 or below leaves s as it is. In the derivative by s, a weighted loss
    counts for at most 20 times its value at the optimum: otherwise Adam would remember a single
    huge loss for thousands of batches, and s would hardly move.

    Use it for losses in different units that no one wants to scale by hand. It needs some hundred
    batches to find the scale: for a loss of 100 at least log(100) / 0.025 = 184, and a few hundred
    more for the last factor of 2, because Adam's steps become shorter.

    Args:
        classification: The tasks with the classification form; by default the one called
            "segmentation", if there is one.
        nonnegative: Use log(1 + sigma^2).
        learning_rate: Of the Adam for s. 0.025, against 1e-4 where s shares the network's
            optimizer: at 1e-4, s would need at least 46,000 batches for a factor of 100.

    Raises:
        ConfigError: The learning rate is not a finite number above 0, or `classification` is not a
            list. When attached, it names a task that the model does not have.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.UncertaintyWeighting()])

    Reference:
        Kendall, Gal and Cipolla, Multi-Task Learning Using Uncertainty to Weigh Losses, CVPR 2018,
        Eqs. 7 and 10. Liebel and Koerner, Auxiliary Tasks in Multi-task Learning, 2018: the
        variant. The rate is that of Nash-MTL's program.
    """

    def __init__(
        self,
        classification: Sequence[str] | None = None,
        *,
        nonnegative: bool = False,
        learning_rate: float = 0.025,
    ) -> None:
        super().__init__(learning_rate)
        if isinstance(classification, str):
            raise ConfigError(
                "classification must be a list of tasks, for example ['segmentation']. "
                f"Received: {shown(classification)}."
            )
        self.classification = classification
        self.nonnegative = nonnegative

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        named = ("segmentation",) if self.classification is None else self.classification
        for task in self.classification or ():
            if task not in tasks:
                raise unknown("task in classification", task, tasks)
        self._factors = np.array([1.0 if task in named else 0.5 for task in tasks], "float32")

    def rule(self, losses: Tensor) -> Tensor:
        return ops.convert_to_tensor(self._factors) * ops.exp(-self.scales)

    def slope(self, losses: Tensor) -> Tensor:
        scales = self.scales
        regularizer = ops.sigmoid(scales) if self.nonnegative else 0.5
        return regularizer - ops.minimum(self.rule(losses) * losses, LARGEST * regularizer)

    def objective(self, losses: Tensor, weights: Tensor) -> Tensor:
        scales = self.scales
        regularizer = ops.softplus(scales) if self.nonnegative else 0.5 * scales
        return ops.sum(weights * losses + regularizer)
