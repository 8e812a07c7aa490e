"""UPGrad: each gradient projected on the directions that raise no loss, averaged."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.pcgrad import two_tasks
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines
from auxnet_keras.weighting.gradient_rules.solvers.dual_cone import multipliers


class UPGrad(GradientWeighting):
    """The mean of the tasks' gradients, each moved to the nearest direction that raises no loss.

        d = 1/K sum_i argmin_d' || d' - g_i ||^2,   g_j . d' >= 0 for all j
          = sum_j lambda_j g_j,   lambda = 1/K sum_i argmin_{v >= e_i} v^T M v.

    For two tasks this is half of PCGrad:

        lambda_i = (1 + max(0, - g_1 . g_2 / || g_i ||^2)) / 2.

    For any number of tasks, d raises no loss to first order (`PCGrad` promises this for two only),
    up to rounding, which decides where the gradients nearly cancel. A task's share in d grows with
    the length of its gradient. Without conflicts the weights are 1/K.

    Use it as the first rule of gradients to try: it has nothing to tune, does nothing without a
    conflict, and keeps the tasks' own importance, unlike `MGDA`.

    Args:
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"mean"`.

    Raises:
        ConfigError: As `GradientWeighting`. When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.UPGrad()])

    Reference:
        Quinton & Rey, Jacobian Descent for Multi-Objective Optimization, 2024, Eq. 3 and
        Proposition 1. The authors' program adds 1e-4 to the scaled Gram matrix, so that the shorter
        of two very different gradients may still be in conflict there.
    """

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return two_tasks(gram) / 2.0 if gram.shape[0] == 2 else any_tasks(gram)


def any_tasks(gram: Tensor) -> Tensor:
    """The weights [K]."""
    lengths, cosines = lengths_and_cosines(gram)
    each = ops.eye(gram.shape[0], dtype=gram.dtype) + multipliers(cosines, cosines)
    return ops.mean(each * lengths[:, None] / lengths[None, :], axis=0)
