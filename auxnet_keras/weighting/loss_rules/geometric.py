"""The geometric mean of the losses."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.loss_rules.base import LossRule


class GeometricLoss(LossRule):
    """L = (prod_k L_k)^(1/K) = exp(mean_k log L_k), so the weights are L / (K L_k).

    The weights have `ScaleInvariantLoss`'s ratio, and their length shrinks with the losses: the
    gradient fades as the tasks are solved, as that of a sum does. The logarithm keeps the product
    of many losses from overflowing. On a batch in which a loss is 0 or below, the weights of the
    batch before are used.

    Use it for losses in different units if a step should stay as long as that of a plain sum of
    losses, under SGD for example. `TaskWeightBalancing(mode="product")` has the same direction for
    two tasks.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.GeometricLoss()])

    Reference:
        Chennupati et al., MultiNet++, CVPR Workshops 2019: the geometric loss strategy (GLS).
    """

    needs_positive = True

    def rule(self, losses: Tensor) -> Tensor:
        logs = ops.log(losses)
        return ops.exp(ops.mean(logs) - logs) / len(self.tasks)

    def objective(self, losses: Tensor, weights: Tensor) -> Tensor:
        return ops.exp(ops.mean(ops.log(losses)))
