"""Constant weights, as in paper A's AuxNet_400 and AuxNet_1000."""

from collections.abc import Mapping

from auxnet_keras.weighting.base import TaskWeighting
from auxnet_keras.weighting.named_weights import checked_weights, in_order


class FixedWeights(TaskWeighting):
    """L = sum_k lambda_k L_k with constant lambda.

    Use it for a baseline with a known ratio of the tasks; the ratio depends on the units of both
    losses.

    Args:
        task_weights: Every task of the model to its weight, a finite number >= 0.

    Raises:
        ConfigError: A weight is not a finite number >= 0. When attached: a task is unknown to the
            model, or a task of the model is missing.

    Example:
        >>> auxnet_400 = ak.weighting.FixedWeights({"segmentation": 400.0, "depth": 1.0})
        >>> model.fit(train, callbacks=[auxnet_400])

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, Eq. 2 and section 4.1.
    """

    def __init__(self, task_weights: Mapping[str, float]) -> None:
        super().__init__()
        self.task_weights = checked_weights(task_weights)

    def initial(self, tasks: tuple[str, ...]) -> list[float]:
        return in_order("FixedWeights", self.task_weights, tasks)
