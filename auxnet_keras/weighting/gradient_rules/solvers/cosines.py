"""A Gram matrix as lengths and cosines, so that solvers do not depend on the gradients' scale."""

from keras import ops

from auxnet_keras.core.types import Tensor

_SHORTEST = 1e-37  # squared; shorter gradients count as absent


def lengths_and_cosines(gram: Tensor) -> tuple[Tensor, Tensor]:
    """The lengths s [K] and the cosines C [K, K] of M = diag(s) C diag(s).

    With weights w = v / s, v weighs gradients of length 1. No digit of v depends on the lengths,
    even if one is 1e8 times another.

    Args:
        gram: M [K, K], float32, positive semidefinite.
    """
    lengths = ops.sqrt(ops.maximum(ops.diagonal(gram), _SHORTEST))
    cosines = ops.clip(gram / lengths[:, None] / lengths[None, :], -1.0, 1.0)
    one = ops.eye(gram.shape[0], dtype=gram.dtype)
    return lengths, cosines * (1.0 - one) + one


def times(matrix: Tensor, vector: Tensor) -> Tensor:
    """`matrix` [m, n] times `vector` [n], in full float32 (a GPU's matmul has fewer digits)."""
    return ops.sum(matrix * vector[None, :], axis=1)


def product(left: Tensor, right: Tensor) -> Tensor:
    """`left` [m, n] times `right` [n, k], in full float32."""
    return ops.sum(left[:, :, None] * right[None, :, :], axis=1)
