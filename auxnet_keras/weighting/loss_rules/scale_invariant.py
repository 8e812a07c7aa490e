"""The sum of the logarithms of the losses."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.loss_rules.base import LossRule


class ScaleInvariantLoss(LossRule):
    """L = sum_k log L_k, so the weights are 1 / L_k of the same batch.

    A factor on a loss, such as a change of units, adds a constant and changes no gradient. Halving
    a loss is worth the same at every size, which lets an almost solved task count for ever. The
    total is negative once the losses are small. On a batch in which a loss is 0 or below, the
    weights of the batch before are used.

    Use it for losses in different units, as the variant of `FirstLossWeights` whose weights follow
    the losses. Lower the learning rate under SGD: the gradient grows as the losses fall.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.ScaleInvariantLoss()])

    Reference:
        Navon et al., Multi-Task Learning as a Bargaining Game, ICML 2022, section 5: the baseline
        "SI", which they show to be invariant to the scale of each task.
    """

    needs_positive = True

    def rule(self, losses: Tensor) -> Tensor:
        return ops.reciprocal(losses)

    def objective(self, losses: Tensor, weights: Tensor) -> Tensor:
        return ops.sum(ops.log(losses))
