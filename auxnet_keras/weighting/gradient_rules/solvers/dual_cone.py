"""Multipliers x >= 0 of quadratic problems over a handful of gradients, in fixed rounds.

The projection of g on the directions that raise no loss, {d: g_j . d >= 0 for all j}, is
g + sum_j x_j g_j with x = argmin_{x >= 0} x^T M x / 2 + q . x and q_j = g_j . g.

Reference:
    Quinton & Rey, Jacobian Descent for Multi-Objective Optimization, 2024, Proposition 1.
"""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.solvers.cosines import product
from auxnet_keras.weighting.gradient_rules.solvers.linear import solve_positive

_TINY = 1e-30
_NEAR = 1e-6  # keeps the Newton matrix of dependent gradients invertible
_LONGEST = 10.0  # Newton steps; beyond it a curvature is rounding


def multipliers(cosines: Tensor, linear: Tensor, rounds: int = 20) -> Tensor:
    """argmin_{x >= 0} x^T C x / 2 + q . x, x [n, K], one for each row q of `linear`.

    A round first minimises over one coordinate after the other, which finds out which of them are
    0, and then takes a Newton step in the others, at most until one becomes 0. Without that step
    it would take thousands of rounds where gradients are nearly opposite.

    Args:
        cosines: C [K, K] with ones on the diagonal.
        linear: q [n, K], all for the same gradients.
        rounds: 20 reach float32's precision for a handful of gradients.
    """
    count = cosines.shape[0]
    if count == 1:
        return ops.maximum(-linear, 0.0)
    units = [ops.one_hot(j, count, dtype=cosines.dtype) for j in range(count)]
    one = ops.eye(count, dtype=cosines.dtype)

    def sweep(x: Tensor) -> Tensor:
        for j, unit in enumerate(units):
            slope = ops.sum(x * (cosines[j] * (1.0 - unit))[None, :], axis=1) + linear[:, j]
            x = x * (1.0 - unit) + ops.maximum(-slope, 0.0)[:, None] * unit
        return x

    def slide(x: Tensor) -> Tensor:
        free = ops.cast(x > 0, cosines.dtype)
        slope = (product(x, cosines) + linear) * free
        matrix = cosines * free[:, :, None] * free[:, None, :]
        matrix += one * ops.where(free > 0, _NEAR, 1.0)[:, :, None]
        way = -solve_positive(matrix, slope[:, :, None])[:, :, 0] * free
        bend = ops.maximum(ops.sum(way * product(way, cosines), axis=1), _TINY)
        step = ops.clip(-ops.sum(slope * way, axis=1) / bend, 0.0, _LONGEST)
        shrinks = way < 0
        room = ops.where(shrinks, -x / ops.where(shrinks, way, 1.0), _LONGEST)
        step = ops.minimum(step, ops.min(room, axis=1))[:, None]
        moved = ops.where(ops.logical_and(shrinks, room <= step), 0.0, x + step * way)
        return ops.where(ops.isfinite(moved), ops.maximum(moved, 0.0), x)

    return sweep(ops.fori_loop(0, rounds, lambda _, x: slide(sweep(x)), ops.zeros_like(linear)))
