"""UW-O: the noise level at its optimum for the batch."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.loss_rules.base import LossRule


class UncertaintyOptimal(LossRule):
    """w_k = 1 / L_k of the same batch: uncertainty weighting whose sigma is always at its optimum.

    Every weighted loss is 1, so `loss` is always the number of tasks: watch the tasks' own losses.
    The gradient is that of sum_k log L_k (`ScaleInvariantLoss`), whose value says more. On a batch
    in which a loss is 0 or below, the weights of the batch before are used.

    Use it where `UncertaintyWeighting` is too slow: it has no parameter and no memory. The price is
    noise: a batch with a small loss gets a large weight, so a batch of one easy image counts as
    much as one of hard images.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.UncertaintyOptimal()])

    Reference:
        Kirchdorfer et al., Analytical Uncertainty-Based Loss Weighting in Multi-Task Learning, GCPR
        2024, the analytical form (UW-O). Its program adds 1e-8 to the losses; here it is not
        needed.
    """

    needs_positive = True

    def rule(self, losses: Tensor) -> Tensor:
        return ops.reciprocal(losses)
