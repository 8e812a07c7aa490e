"""The inner problem of CAGrad: min over the simplex of g_x . g_0 + k || g_x ||, g_x = sum x_i g_i.

The structure is that of `min_norm.min_norm_by_moves`, and each step again has its best length in
closed form: along x + t v the objective is linear plus the root of a quadratic.
"""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.solvers.cosines import times
from auxnet_keras.weighting.gradient_rules.solvers.linear import solve_positive

_TINY = 1e-30
_NEAR = 1e-5  # keeps the Newton matrix of dependent gradients invertible
_FAR = 3e38


def best_step(p: Tensor, e: Tensor, d: Tensor, q: Tensor, k: Tensor, room: Tensor) -> Tensor:
    """The t in [0, room] with the least p t + k sqrt(q + 2 e t + d t^2); all >= 0 but p and e.

    With u = e + d t the derivative is 0 where u / sqrt(u^2 + q d - e^2) = -p / (k sqrt d).
    """
    ratio = -p / ops.maximum(k * ops.sqrt(d), _TINY)
    inner = ops.abs(ratio) < 1.0
    across = ops.maximum(q * d - e * e, 0.0)
    safe = ops.where(inner, ratio, 0.0)
    u = safe * ops.sqrt(across / (1.0 - safe * safe))
    found = (u - e) / ops.maximum(d, _TINY)
    return ops.clip(ops.where(inner, found, ops.where(ratio > 0, room, 0.0)), 0.0, room)


def for_two(gram: Tensor, pull: Tensor, k: Tensor) -> Tensor:
    """The minimiser x [2]: one step from the second gradient towards the first."""
    a, b, c = gram[0, 0], gram[0, 1], gram[1, 1]
    first = best_step(pull[0] - pull[1], b - c, ops.maximum(a + c - 2.0 * b, 0.0), c, k, 1.0)
    return ops.stack([first, 1.0 - first])


def by_moves(gram: Tensor, pull: Tensor, k: Tensor, rounds: int = 15) -> Tensor:
    """The minimiser x [K] for any number of gradients.

    Each round moves weight between the two gradients for which this helps most, and then takes a
    Newton step in the plane of all gradients with a weight, at most until one has none.

    Args:
        gram: M [K, K] with a largest diagonal entry of 1.
        pull: g_i . g_0 [K].
        k: Scalar > 0.
        rounds: 15 reach float32's precision for a handful of gradients.
    """
    count = gram.shape[0]
    lengths = ops.diagonal(gram)
    distance = ops.maximum(lengths[:, None] + lengths[None, :] - 2.0 * gram, 0.0)
    start = ops.one_hot(ops.argmin(pull + k * ops.sqrt(lengths)), count, dtype=gram.dtype)

    def move(x: Tensor) -> Tensor:
        along = times(gram, x)
        q = ops.maximum(ops.sum(x * along), 0.0)
        p = pull[None, :] - pull[:, None]  # [giver, taker]
        e = along[None, :] - along[:, None]
        step = best_step(p, e, distance, q, k, ops.broadcast_to(x[:, None], (count, count)))
        longer = ops.maximum(q + 2.0 * e * step + distance * step * step, 0.0)
        gain = -p * step - k * (ops.sqrt(longer) - ops.sqrt(q))
        best = ops.argmax(ops.reshape(gain, (-1,)))
        amount = ops.take(ops.reshape(step, (-1,)), best)
        amount = ops.where(ops.max(gain) > 0, amount, 0.0)
        giver = ops.one_hot(best // count, count, dtype=gram.dtype)
        taker = ops.one_hot(best % count, count, dtype=gram.dtype)
        return ops.maximum(x + amount * (taker - giver), 0.0)

    def slide(x: Tensor) -> Tensor:
        inside = ops.cast(x > 0, gram.dtype)
        along = times(gram, x)
        q = ops.maximum(ops.sum(x * along), _TINY)
        matrix = gram - along[:, None] * along[None, :] / q
        matrix = matrix * inside[:, None] * inside[None, :]
        matrix += ops.diag(ops.where(inside > 0, _NEAR, 1.0))
        slope = along + ops.sqrt(q) / k * pull
        solved = solve_positive(matrix, ops.stack([-slope * inside, inside], axis=1))
        way = (solved[:, 0] - ops.sum(solved[:, 0]) / ops.sum(solved[:, 1]) * solved[:, 1]) * inside
        way -= inside * ops.sum(way) / ops.sum(inside)  # rounding must not leave the plane
        shrinks = way < 0
        room = ops.min(ops.where(shrinks, -x / ops.where(shrinks, way, 1.0), _FAR))
        turned = times(gram, way)
        d = ops.maximum(ops.sum(way * turned), 0.0)
        step = best_step(ops.sum(pull * way), ops.sum(way * along), d, q, k, room)
        moved = ops.where(ops.logical_and(shrinks, -step * way >= x), 0.0, x + step * way)
        return ops.where(ops.all(ops.isfinite(moved)), ops.maximum(moved, 0.0), x)

    x = ops.fori_loop(0, rounds, lambda _, x: slide(move(x)), start)
    return x / ops.sum(x)
