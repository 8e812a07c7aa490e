"""The shortest vector in the convex hull of gradients, from their Gram matrix alone.

    argmin_w || sum_i w_i g_i ||^2 = w^T M w,   w_i >= 0, sum_i w_i = 1,   M_ij = g_i . g_j

It is 0 if no direction lowers all losses, and otherwise such a direction. No loop here runs until
convergence: the operations are the same for every input, so everything compiles.

Reference:
    Sener & Koltun, Multi-Task Learning as Multi-Objective Optimization, NeurIPS 2018, Eq. 3-4.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.solvers.cosines import product
from auxnet_keras.weighting.gradient_rules.solvers.linear import solve_positive

_TINY = 1e-30  # below any norm that matters, above float32's smallest normal number
_FAR = 3e38
_NEAR = 1e-5  # weight of the distance to the start of a slide, for a longest vector of 1


def scaled(gram: Tensor) -> Tensor:
    """`gram` [K, K] scaled to a largest diagonal entry of 1: same minimiser, no overflow."""
    return gram / ops.maximum(ops.max(ops.diagonal(gram)), _TINY)


def two_vectors(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """Weight of the first of two vectors: clip((c - b) / (a + c - 2 b), 0, 1).

    Args:
        a, b, c: g_1 . g_1, g_1 . g_2, g_2 . g_2, all of the same shape.

    Returns:
        w_1, of that shape; 1/2 where the vectors are equal, so that every weight is a minimiser.
    """
    distance = a + c - 2.0 * b  # || g_1 - g_2 ||^2
    apart = distance > 0
    shorter = 0.5 + 0.5 * ops.sign(c - a)  # if rounding hides the distance of near ones
    weight = ops.where(apart, (c - b) / ops.where(apart, distance, 1.0), shorter)
    return ops.clip(weight, 0.0, 1.0)


def min_norm(gram: Tensor) -> Tensor:
    """The minimiser w [K]: the closed form for two vectors, `min_norm_by_moves` for more.

    Args:
        gram: M [K, K], float32, positive semidefinite.
    """
    if gram.shape[0] != 2:
        return min_norm_by_moves(gram)
    gram = scaled(gram)
    a, b, c = gram[0, 0], gram[0, 1], gram[1, 1]
    # Not 1 minus the other: a weight of 1e-8 decides if its gradient is 1e8 times as long.
    return ops.stack([two_vectors(a, b, c), two_vectors(c, b, a)])


def min_norm_by_moves(gram: Tensor, rounds: int = 30) -> Tensor:
    """The minimiser w [K] for any number of vectors.

    It starts at the shortest vector. Each round first moves weight between the two vectors for
    which this shortens the sum most; this adds vectors to the active set. It then slides towards
    the shortest point of the plane through all active vectors until a weight would get negative;
    this removes vectors. Both steps have an optimal length in closed form, so the sum never grows.

    Args:
        gram: M [K, K], float32, positive semidefinite.
        rounds: Number of rounds; 30 reach float32's precision for a handful of vectors.
    """
    gram = scaled(gram)
    count = gram.shape[0]
    lengths = ops.diagonal(gram)
    distance = lengths[:, None] + lengths[None, :] - 2.0 * gram
    start = ops.one_hot(ops.argmin(lengths), count, dtype=gram.dtype)

    def times(weights: Tensor) -> Tensor:
        return ops.sum(gram * weights[None, :], axis=1)

    def move(weights: Tensor) -> Tensor:
        slope = times(weights)
        falls = slope[:, None] - slope[None, :]  # [giver, taker], half the gain per unit moved
        step = ops.where(distance > 0, falls / ops.maximum(distance, _TINY), 0.0)
        step = ops.clip(step, 0.0, weights[:, None])
        gain = step * falls - 0.5 * step * step * distance
        best = ops.argmax(ops.reshape(gain, (-1,)))
        amount = ops.take(ops.reshape(step, (-1,)), best)
        giver = ops.one_hot(best // count, count, dtype=gram.dtype)
        taker = ops.one_hot(best % count, count, dtype=gram.dtype)
        return ops.maximum(weights + amount * (taker - giver), 0.0)

    def slide(weights: Tensor) -> Tensor:
        # The point y of the plane with the least y^T M y + r ||y - w||^2: the second term keeps the
        # matrix of dependent vectors invertible and does not change the fixed point.
        inside = ops.cast(weights > 0, gram.dtype)
        matrix = gram * inside[:, None] * inside[None, :]
        matrix += ops.diag(ops.where(inside > 0, _NEAR, 1.0))
        solved = solve_positive(matrix, ops.stack([weights, inside], axis=1))
        near, plane = _NEAR * solved[:, 0], solved[:, 1]
        target = near + (1.0 - ops.sum(near)) / ops.sum(plane) * plane
        way = (target - weights) * inside
        way -= inside * ops.sum(way) / ops.sum(inside)  # rounding must not leave the plane
        best = -ops.sum(way * times(weights)) / ops.maximum(ops.sum(way * times(way)), _TINY)
        shrinks = way < 0
        room = ops.min(ops.where(shrinks, -weights / ops.where(shrinks, way, 1.0), _FAR))
        step = ops.clip(best, 0.0, room)
        moved = ops.where(
            ops.logical_and(shrinks, -step * way >= weights), 0.0, weights + step * way
        )
        return ops.where(ops.all(ops.isfinite(moved)), ops.maximum(moved, 0.0), weights)

    weights = ops.fori_loop(0, rounds, lambda _, weights: slide(move(weights)), start)
    return weights / ops.sum(weights)


def min_norm_in_plane(gram: Tensor, vectors: np.ndarray, active: Tensor) -> Tensor:
    """The exact minimiser for combinations of two gradients.

    In a plane, the point of a hull nearest to the origin is a vertex, on an edge, or the origin
    itself; all are tried.

    Args:
        gram: M [2, 2] of the two gradients.
        vectors: C [n, 2]; vector i is C_i1 g_1 + C_i2 g_2.
        active: Bool [n], which of the vectors take part; at least one.

    Returns:
        w [n] >= 0 with sum 1, 0 where not active.
    """
    count = len(vectors)
    coefficients = ops.convert_to_tensor(vectors, dtype="float32")
    products = _products(scaled(gram), coefficients)
    first, second = np.triu_indices(count)  # a pair (i, i) is the vertex i
    flat = ops.reshape(products, (-1,))
    a, b, c = (
        ops.take(flat, i * count + j)
        for i, j in ((first, first), (first, second), (second, second))
    )
    weight = two_vectors(a, b, c)
    rest = 1.0 - weight
    length = weight * weight * a + 2.0 * weight * rest * b + rest * rest * c
    both_active = ops.logical_and(ops.take(active, first), ops.take(active, second))
    best = ops.argmin(ops.where(both_active, length, _FAR))
    on_edge = ops.take(weight, best) * ops.one_hot(ops.take(first, best), count) + ops.take(
        rest, best
    ) * ops.one_hot(ops.take(second, best), count)
    triangles = _triangles_round_origin(vectors)
    if not triangles:
        return on_edge
    corners, mixtures = (np.array(part) for part in zip(*triangles, strict=True))
    inside = ops.all(ops.take(active, corners), axis=1)
    chosen = ops.take(ops.convert_to_tensor(mixtures, dtype="float32"), ops.argmax(inside), axis=0)
    return ops.where(ops.any(inside), chosen, on_edge)


def min_norm_of_active(gram: Tensor, vectors: np.ndarray, active: Tensor) -> Tensor:
    """The minimiser for combinations of any number of gradients.

    Args:
        gram: M [K, K] of the gradients.
        vectors: C [n, K]; vector i is sum_k C_ik g_k.
        active: Bool [n], which of the vectors take part; at least one.

    Returns:
        w [n] >= 0 with sum 1, 0 where not active.
    """
    count = len(vectors)
    # The first active vector stands in for those that are not: copies do not change a hull.
    chosen = ops.where(active, ops.arange(count), ops.argmax(ops.cast(active, "int32")))
    coefficients = ops.take(ops.convert_to_tensor(vectors, dtype="float32"), chosen, axis=0)
    weights = min_norm_by_moves(_products(scaled(gram), coefficients))
    return ops.sum(ops.one_hot(chosen, count) * weights[:, None], axis=0)


def _products(gram: Tensor, coefficients: Tensor) -> Tensor:
    """C M C^T [n, n]."""
    return product(product(coefficients, gram), ops.transpose(coefficients))


def _triangles_round_origin(vectors: np.ndarray) -> Sequence[tuple[Sequence[int], np.ndarray]]:
    """Triples of `vectors` [n, 2] with 0 strictly inside, and the weights [n] that give 0.

    Whether 0 is inside does not depend on the gradients as long as they are independent.
    """
    found = []
    for corners in itertools.combinations(range(len(vectors)), 3):
        p, q, r = vectors[list(corners)]
        areas = np.array([_cross(q, r), _cross(r, p), _cross(p, q)])
        if np.all(areas > 0) or np.all(areas < 0):
            weights = np.zeros(len(vectors))
            weights[list(corners)] = areas / areas.sum()
            found.append((corners, weights))
    return found


def _cross(p: np.ndarray, q: np.ndarray) -> float:
    return float(p[0] * q[1] - p[1] * q[0])
