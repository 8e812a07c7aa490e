"""Aligned-MTL: gradients made orthogonal and equally long, summed."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.min_norm import scaled
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines
from auxnet_keras.weighting.gradient_rules.solvers.eigen import eigen

_PARALLEL = 1e-6  # 1 - cos^2 below it is rounding


class AlignedMTL(GradientWeighting):
    """The sum of the nearest orthogonal gradients, all as long as the smallest singular value.

        M = V S V^T,   lambda = sqrt(s_min) V S^(-1/2) V^T 1.

    For two tasks, with r = sqrt(det M) and s_max the larger eigenvalue,

        lambda_1 = (|| g_2 ||^2 + r - g_1 . g_2) / (sqrt(tr M + 2 r) sqrt(s_max)).

    The aligned gradients have condition number 1: none dominates and none is in conflict. The
    tasks' own gradients may still be: a step can raise the loss of a task with a short gradient.
    It is as short as the least certain direction, and tends to 0 as gradients become parallel or
    opposite. If gradients are dependent within rounding, that direction is left out, and s_min is
    the smallest eigenvalue that remains.

    Use it if gradients differ much in length and conflict, and the step may be short.

    Args:
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"sum"`.

    Raises:
        ConfigError: As `GradientWeighting`. When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.AlignedMTL(parameters="representation")])

    Reference:
        Senushkin et al., Independent Component Alignment for Multi-Task Learning, CVPR 2023,
        Algorithm 1. With `reduction="mean"` every task has a preference of 1/K, as in TorchJD.
    """

    default_reduction = "sum"

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return two_tasks(gram) if gram.shape[0] == 2 else any_tasks(gram)


def two_tasks(gram: Tensor) -> Tensor:
    """The weights [2] without a loop."""
    _, cosines = lengths_and_cosines(gram)
    gram = scaled(gram)
    a, b, c = gram[0, 0], gram[0, 1], gram[1, 1]
    sine = (1.0 - cosines[0, 1]) * (1.0 + cosines[0, 1])  # squared
    root = ops.sqrt(a) * ops.sqrt(c) * ops.sqrt(sine)
    trace = a + c
    longest = (trace + ops.sqrt((a - c) * (a - c) + 4.0 * b * b)) / 2.0
    weights = ops.stack([c + root - b, a + root - b])
    aligned = weights / (ops.sqrt(trace + 2.0 * root) * ops.sqrt(longest))
    dependent = ops.stack([a + b, b + c]) / trace
    return ops.where(sine > _PARALLEL, aligned, dependent)


def any_tasks(gram: Tensor) -> Tensor:
    """The weights [K]."""
    values, vectors, kept = eigen(scaled(gram))
    least = ops.min(ops.where(kept, values, 1e30))
    share = ops.where(kept, ops.sqrt(least / ops.where(kept, values, 1.0)), 0.0)
    return ops.sum(vectors * (share * ops.sum(vectors, axis=0))[None, :], axis=1)
