"""Projections on the cone of directions that raise no loss, by projected Gauss-Seidel.

Reference:
    Quinton & Rey, Jacobian Descent for Multi-Objective Optimization, 2024, Proposition 1: the
    projection of sum_i u_i g_i on {d: g_j . d >= 0 for all j} is sum_j v_j g_j with
    v = argmin_{v >= u} v^T M v.
"""

from keras import ops

from auxnet_keras.core.types import Tensor

SWEEPS = 50


def projections(cosines: Tensor, lower: Tensor, sweeps: int = SWEEPS) -> Tensor:
    """argmin_{v >= u} v^T C v, v [n, K], one for each row u of `lower`.

    A sweep minimises over one coordinate after the other, v_j <- max(u_j, -sum_{k != j} C_jk v_k).

    Args:
        cosines: C [K, K] with ones on the diagonal.
        lower: u [n, K], all for the same gradients.
        sweeps: 50 reach float32's precision for a handful of gradients.
    """
    count = cosines.shape[0]
    rows = [ops.one_hot(j, count, dtype=cosines.dtype) for j in range(count)]

    def sweep(_: int, v: Tensor) -> Tensor:
        for j, row in enumerate(rows):
            others = ops.sum(v * (cosines[j] * (1.0 - row))[None, :], axis=1)
            v = v * (1.0 - row) + ops.maximum(lower[:, j], -others)[:, None] * row
        return v

    return ops.fori_loop(0, sweeps, sweep, lower)
