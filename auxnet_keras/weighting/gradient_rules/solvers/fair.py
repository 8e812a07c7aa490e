"""The weights of alpha-fairness, M w = w^(-1/alpha), by damped Newton steps.

With w = v / s and C the cosines this is C v = q v^-p, p = 1/alpha: the minimum of a strictly convex
function. v0 = q^(alpha / (1 + alpha)) solves it for gradients at right angles, and y = v / v0 keeps
all numbers within float32.

A full Newton step may overshoot. If r is the largest relative change of a v_i, the function falls
along (1 - (1 + p r)^(-1/p)) / r of the step, because the relative change of its third derivative is
at most 1 + p: for p = 1 these are the damped Newton steps of self-concordant functions.

Reference:
    Ban & Ji, Fair Resource Allocation in Multi-Task Learning, ICML 2024, Eq. 4.
"""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines, times
from auxnet_keras.weighting.gradient_rules.solvers.linear import solve_positive

LONGEST = 30.0
"""|| lambda_i g_i ||, root of the sum of squares, is at most so many times || d ||."""

ROUNDS = 16
_LEAST = 1e-12  # of y: no weight is smaller, and no power of it overflows


def fair(gram: Tensor, alpha: float, rounds: int = ROUNDS) -> Tensor:
    """The w [K] > 0 with M w = w^(-1/alpha).

    Where gradients nearly cancel, w grows without bound, and rounding alone decides the direction.
    There d is short against its parts w_i g_i, and all weights are made smaller by one factor.

    Args:
        gram: M [K, K], float32, positive semidefinite.
        alpha: Greater than 0.
        rounds: 16 reach float32's precision for alpha >= 1/2, whatever the lengths; for smaller
            ones, too, if lengths are in ratios below 100.
    """
    lengths, cosines = lengths_and_cosines(gram)
    unit = ops.exp(ops.mean(ops.log(lengths)))
    lengths = lengths / unit
    power = 1.0 / alpha
    start = lengths ** ((1.0 - alpha) / (1.0 + alpha))

    def newton(_: int, y: Tensor) -> Tensor:
        v = start * y
        wanted = start * start * y ** (1.0 - power)  # v_i times the right-hand side
        matrix = cosines * v[:, None] * v[None, :]
        scale = 1.0 / ops.sqrt(v * v + power * wanted)
        system = (matrix + ops.diag(power * wanted)) * scale[:, None] * scale[None, :]
        missing = scale * (wanted - v * times(cosines, v))
        change = scale * solve_positive(system, missing[:, None])[:, 0]  # relative to v
        most = ops.maximum(ops.max(ops.abs(change)), 1e-20)
        # expm1 and log1p: for a small change the share must tend to 1 without cancellation.
        share = -ops.expm1(-alpha * ops.log1p(power * most)) / most
        return ops.maximum(y * (1.0 + share * change), _LEAST)

    y = ops.fori_loop(0, rounds, newton, ops.ones_like(start))
    square = ops.sum(start * start * y ** (1.0 - power))  # || d ||^2, by the equation
    y *= ops.minimum(1.0, LONGEST * ops.sqrt(square / ops.sum(start * start * y * y)))
    return start * y / lengths * unit ** (-2.0 * alpha / (1.0 + alpha))
