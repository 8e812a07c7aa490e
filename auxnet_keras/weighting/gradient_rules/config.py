"""ConFIG: the direction with the same cosine to every task's gradient."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines, times
from auxnet_keras.weighting.gradient_rules.solvers.eigen import equal_cosines

_NONE = 1e-6  # share of a common cosine that is rounding


class ConFIG(GradientWeighting):
    """The unit vector with the same cosine to every gradient, as long as the sum along it.

        d = (sum_i g_i . u) u,   u = unit(U^+ 1),   rows of U: g_i / || g_i ||.

    For two tasks u is the bisector of both gradients, and the weights do not depend on the angle:

        lambda_i = (|| g_1 || + || g_2 ||) / (2 || g_i ||).

    For any number of tasks whose gradients are independent, d raises no loss to first order. For
    dependent gradients there may be no such u: then U^+ 1 is its least-squares answer, along which
    a loss may rise. If the gradients cancel, the weights are 0.

    Use it if gradients of very different length should count alike, and the step should be as long
    as that of the plain sum.

    Args:
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"sum"`.

    Raises:
        ConfigError: As `GradientWeighting`. When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.ConFIG()])

    Reference:
        Liu et al., ConFIG: Towards Conflict-free Training of Physics Informed Neural Networks, ICLR
        2025, Eq. 2, without M-ConFIG. The authors' operator for two gradients is NaN where they are
        parallel or opposite.
    """

    default_reduction = "sum"

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return two_tasks(gram) if gram.shape[0] == 2 else any_tasks(gram)


def two_tasks(gram: Tensor) -> Tensor:
    """The weights [2]."""
    lengths, _ = lengths_and_cosines(gram)
    return 0.5 + 0.5 * ops.flip(lengths) / lengths


def any_tasks(gram: Tensor) -> Tensor:
    """The weights [K]."""
    lengths, cosines = lengths_and_cosines(gram)
    mix = equal_cosines(cosines)
    along = times(cosines, mix)  # ones, if the gradients are independent
    square = ops.sum(mix * along)
    some = square > _NONE * ops.sum(mix * mix)
    total = ops.where(some, 1.0 / ops.where(some, square, 1.0), 0.0)
    share = ops.sum(along[:, None] * lengths[:, None] / lengths[None, :], axis=0)
    return mix * share * total
