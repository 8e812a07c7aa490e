"""Nash-MTL: the bargaining solution of tasks that negotiate the step."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines
from auxnet_keras.weighting.gradient_rules.solvers.fair import LONGEST, fair


class NashMTL(GradientWeighting):
    """The step d with the greatest product of the losses' decreases, prod_i g_i . d.

        M lambda = 1 / lambda   (each component),   lambda_i > 0.

    For two tasks d is along the bisector of both gradients, with

        lambda_i = 1 / (|| g_i || sqrt(1 + cos)).

    d raises no loss to first order, and a gradient's length does not matter to its direction:
    every task gains the same share, lambda_i g_i . d = 1. So || d || is sqrt(K) whatever the
    gradients, and the step does not shrink near a minimum: let the learning rate fall.

    As gradients come to cancel, lambda grows without bound. All weights are then reduced by one
    factor, so that the root mean square of lambda_i || g_i || is at most 30.

    Use it if gradients of very different length should count alike and a fixed length of the step
    suits the optimizer; with Adam its length hardly matters.

    Args:
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"sum"`.

    Raises:
        ConfigError: As `GradientWeighting`. When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.NashMTL()])

    Reference:
        Navon et al., Multi-Task Learning as a Bargaining Game, ICML 2022, Eq. 2 (G^T G alpha =
        1 / alpha). The authors' program scales the Gram matrix to norm 1 first, cuts || d || to 1
        and weighs the heads, too.
    """

    default_reduction = "sum"

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return two_tasks(gram) if gram.shape[0] == 2 else fair(gram, 1.0)


def two_tasks(gram: Tensor) -> Tensor:
    """The weights [2]."""
    lengths, cosines = lengths_and_cosines(gram)
    return ops.minimum(1.0 / ops.sqrt(1.0 + cosines[0, 1]), LONGEST) / lengths
