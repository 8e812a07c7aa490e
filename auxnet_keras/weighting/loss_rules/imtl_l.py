"""IMTL-L: losses brought to a common scale that is learned."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.loss_rules.learned_scale import LARGEST, LearnedScale


class IMTLL(LearnedScale):
    """L = sum_k exp(s_k) L_k - s_k with learned s: every scaled loss is drawn to 1.

    The weight of a task is exp(s_k). For constant losses it settles at 1 / L_k. Up to a factor of 2
    and the sign of s it is `UncertaintyWeighting` with the regression form for all tasks, derived
    without a likelihood. A batch in which a loss is 0 or below leaves s as it is. In the derivative
    by s, a weighted loss counts for at most 20: otherwise Adam would remember a single huge loss
    for thousands of batches, and s would hardly move.

    Use it instead of `UncertaintyWeighting` if all tasks should count the same and the first batch
    should train with weights of 1.

    Args:
        learning_rate: Of the Adam for s, which the network's optimizer never sees. 0.025 lets a
            weight change by up to 2.5 % per batch; the paper's program uses the network's rate.

    Raises:
        ConfigError: The learning rate is not a finite number above 0.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.IMTLL()])

    Reference:
        Liu et al., Towards Impartial Multi-task Learning, ICLR 2021, section 3.2 (loss balance).
        Its other half, IMTL-G, is a rule of gradients.
    """

    def rule(self, losses: Tensor) -> Tensor:
        return ops.exp(self.scales)

    def slope(self, losses: Tensor) -> Tensor:
        return ops.minimum(self.rule(losses) * losses, LARGEST) - 1.0

    def objective(self, losses: Tensor, weights: Tensor) -> Tensor:
        return ops.sum(weights * losses - self.scales)
