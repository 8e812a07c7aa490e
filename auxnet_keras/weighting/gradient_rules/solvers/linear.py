"""Small systems of equations in a training step, where an error must not end the run."""

import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor

_TINY = 1e-30


def solve_positive(matrix: Tensor, right: Tensor) -> Tensor:
    """`matrix`^-1 `right` by elimination; of a singular matrix or NaN the answer is not useful.

    TensorFlow's own solver raises an error on them, which would end a training over one batch whose
    gradients overflow. No rows are exchanged: positive definite matrices do not need it.

    Args:
        matrix: [..., n, n], symmetric and positive definite, with a diagonal of about 1 or less.
        right: [..., n, m].
    """
    count = matrix.shape[-1]
    both = ops.concatenate([matrix, right], axis=-1)
    for k, own in enumerate(np.eye(count, dtype="float32")[:, :, None]):
        row = both[..., k : k + 1, :] / ops.maximum(both[..., k : k + 1, k : k + 1], _TINY)
        both -= (both[..., :, k : k + 1] - own) * row
    return both[..., :, count:]
