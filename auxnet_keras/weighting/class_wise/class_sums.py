"""Sums over the pixels of each class, all classes at once."""

from collections.abc import Sequence

from keras import ops

from auxnet_keras.core.types import Tensor


def class_sums(maps: Sequence[Tensor], ids: Tensor, classes: int) -> Tensor:
    """Sum of each map over the pixels of each class.

    Every image row is summed separately first: a long running sum in float32 would lose digits,
    which the difference of nearly equal losses needs, and on a GPU all pixels would wait for the
    same few sums. No array is larger than a map.

    Args:
        maps: Float32 maps [B, H, W].
        ids: int32 [B, H, W], 0..C-1.
        classes: C.

    Returns:
        Float32 [len(maps), C], detached from the gradient.
    """
    ids = ops.reshape(ids, (-1, ops.shape(ids)[-1]))
    rows = ops.shape(ids)[0]
    segments = ids + classes * ops.expand_dims(ops.arange(rows, dtype="int32"), -1)
    segments = ops.reshape(segments, (-1,))
    sums = [
        ops.segment_sum(ops.reshape(ops.stop_gradient(values), (-1,)), segments, rows * classes)
        for values in maps
    ]
    by_row = ops.reshape(ops.stack(sums), (len(sums), -1, classes))
    return ops.sum(by_row, axis=1)
