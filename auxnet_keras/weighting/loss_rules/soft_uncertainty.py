"""UW-SO: a softmax over the inverse losses."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.arguments import check_above_zero
from auxnet_keras.weighting.loss_rules.base import LossRule


class SoftUncertainty(LossRule):
    """w = softmax(min(1 / L, c) / T) of the losses of the same batch; the weights sum to 1.

    T tempers 1 / L: a large T gives equal weights, a small one trains the task with the smallest
    loss alone. c is the largest inverse loss that counts. Without it, the weights become one-hot on
    the best task as its loss nears 0; with it, no weight is more than exp(c / T) times another
    one. Both depend on the units of the losses: in millimetres, 1 / L of depth is always near 0.
    On a batch in which a loss is 0 or below, the weights of the batch before are used.

    Use it for losses of similar units, with T tuned. Untuned, prefer `UncertaintyOptimal` or
    `FirstLossWeights`.

    Args:
        temperature: T > 0. The paper tunes it for each data set; 1 is its program's default.
        largest: c > 0, the bound of 1 / L.

    Raises:
        ConfigError: One of them is not a finite number above 0.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.SoftUncertainty(temperature=5.0)])

    Reference:
        Kirchdorfer et al., Analytical Uncertainty-Based Loss Weighting in Multi-Task Learning, GCPR
        2024, the softmax form (UW-SO). The bound is not in the paper.
    """

    needs_positive = True

    def __init__(self, temperature: float = 1.0, *, largest: float = 10.0) -> None:
        super().__init__()
        check_above_zero("temperature", temperature)
        check_above_zero("largest", largest)
        self.temperature = float(temperature)
        self.largest = float(largest)

    def rule(self, losses: Tensor) -> Tensor:
        inverse = ops.minimum(ops.reciprocal(losses), self.largest)
        return ops.softmax(inverse / self.temperature)
