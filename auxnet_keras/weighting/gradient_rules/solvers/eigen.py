"""Eigenvalues and eigenvectors of a small Gram matrix, by Jacobi rotations.

Unlike the backends' own solvers, they keep the digits of small eigenvalues if gradients have very
different lengths (Demmel & Veselić 1992), and they compile everywhere.
"""

import itertools

import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.solvers.cosines import product

_TINY = 1e-37
_SWEEPS = 8
_ROUNDING = 5e-7  # per task; a smaller share of an eigenvalue is rounding of the Gram matrix


def eigen(gram: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Eigenvalues [K], eigenvectors [K, K] in columns, and whether each eigenvalue is not 0.

    It is 0 if it is within rounding of the value that it would have if the gradients did not
    cancel, sum_i V_ik^2 M_ii.

    Args:
        gram: M [K, K], float32, positive semidefinite, with a largest entry of about 1.
    """
    count = gram.shape[0]
    one = ops.eye(count, dtype=gram.dtype)
    pairs = list(itertools.combinations(range(count), 2))

    def sweep(_: int, both: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        matrix, vectors = both
        for p, q in pairs:
            rotation = _rotation(matrix[p, p], matrix[p, q], matrix[q, q], p, q, count)
            matrix = product(ops.transpose(rotation), product(matrix, rotation))
            vectors = product(vectors, rotation)
        return matrix, vectors

    matrix, vectors = ops.fori_loop(0, _SWEEPS, sweep, (gram, one))
    values = ops.maximum(ops.diagonal(matrix), 0.0)
    without_cancelling = ops.sum(vectors * vectors * ops.diagonal(gram)[:, None], axis=0)
    return values, vectors, values > _ROUNDING * count * without_cancelling


def _rotation(a: Tensor, b: Tensor, c: Tensor, p: int, q: int, count: int) -> Tensor:
    """The rotation [K, K] in the plane (p, q) that makes [[a, b], [b, c]] diagonal."""
    zero = ops.abs(b) <= _TINY
    ratio = (c - a) / ops.where(zero, 1.0, 2.0 * b)
    sign = ops.where(ratio >= 0, 1.0, -1.0)
    tangent = ops.where(zero, 0.0, sign / (ops.abs(ratio) + ops.sqrt(1.0 + ratio * ratio)))
    cosine = 1.0 / ops.sqrt(1.0 + tangent * tangent)
    diagonal, turn = np.zeros((2, count, count), "float32")
    diagonal[p, p] = diagonal[q, q] = 1.0
    turn[p, q], turn[q, p] = 1.0, -1.0
    fixed = np.eye(count, dtype="float32") - diagonal
    return fixed + cosine * diagonal + cosine * tangent * turn


def equal_cosines(cosines: Tensor) -> Tensor:
    """C^+ 1, [K]: weights of unit gradients whose sum has the same cosine with each of them.

    Args:
        cosines: C [K, K]; if it is singular, the pseudoinverse takes its place.
    """
    values, vectors, kept = eigen(cosines)
    along = ops.where(kept, ops.sum(vectors, axis=0) / ops.where(kept, values, 1.0), 0.0)
    return ops.sum(vectors * along[None, :], axis=1)
