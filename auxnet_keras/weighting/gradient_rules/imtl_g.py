"""IMTL-G: the direction that is equally long along every task's gradient."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines
from auxnet_keras.weighting.gradient_rules.solvers.eigen import equal_cosines


class IMTLG(GradientWeighting):
    """Weights that sum to 1 and give d = sum_i lambda_i g_i the same length along every gradient.

        d . u_i = d . u_j,   u_i = g_i / || g_i ||,   sum_i lambda_i = 1
        lambda = a / sum_i a_i,   a = M^+ (|| g_1 ||, ..., || g_K ||).

    For two tasks d is along the bisector of both gradients, and the weights are

        lambda_1 = || g_2 || / (|| g_1 || + || g_2 ||),   lambda_2 = 1 - lambda_1.

    For two tasks no loss rises to first order. For three and more, weights can be negative, and so
    can the common length: along such a d all losses rise. In that case, and if the a_i sum to 0,
    the batch trains with the weights of the batch before. For dependent gradients, such as four in
    a plane, there may be no d with equal lengths; a loss may then rise.

    Use it if gradients of very different length should count alike. `ConFIG` has the same direction
    without the exception.

    Args:
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"mean"`. The paper compares the gradients at the `"representation"`.

    Raises:
        ConfigError: As `GradientWeighting`. When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.IMTLG(parameters="representation")])

    Reference:
        Liu et al., Towards Impartial Multi-task Learning, ICLR 2021, Eq. 6, without IMTL-L.
    """

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return two_tasks(gram) if gram.shape[0] == 2 else any_tasks(gram)


def two_tasks(gram: Tensor) -> Tensor:
    """The weights [2]; the angle does not matter."""
    lengths, _ = lengths_and_cosines(gram)
    return ops.flip(lengths) / ops.sum(lengths)


def any_tasks(gram: Tensor) -> Tensor:
    """The weights [K]; NaN where their direction would raise all losses."""
    lengths, cosines = lengths_and_cosines(gram)
    wanted = equal_cosines(cosines) * (ops.min(lengths) / lengths)
    total = ops.sum(wanted)
    return ops.where(total > 0, wanted / ops.where(total > 0, total, 1.0), float("nan"))
