"""Which pixels carry a target: the one rule that losses and metrics share."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError


def as_map(what: str, target: Tensor, prediction: Tensor) -> Tensor:
    """`target` as [B, H, W], whether it came so or as [B, H, W, 1].

    Raises:
        ConfigError: It is neither, or its size is not that of `prediction` [B, H, W, C].
    """
    shape = tuple(target.shape)
    if len(shape) == 4 and shape[-1] == 1:
        target, shape = ops.squeeze(target, axis=-1), shape[:-1]
    expected = tuple(prediction.shape)[:3]
    fits = len(shape) == 3 and all(
        a == b for a, b in zip(shape, expected, strict=False) if a is not None and b is not None
    )
    if not fits:
        raise ConfigError(
            f"The {what} must be [batch, height, width], with or without a last axis of 1, and of "
            f"the prediction's size {list(expected)}: resize the labels (nearest) or the input. "
            f"Received: shape {list(target.shape)}."
        )
    return target


def known_labels(labels: Tensor, classes: int, ignore_label: int) -> Tensor:
    """True where `labels` (int32) is a class: inside 0..classes-1 and not the ignore label."""
    inside = ops.logical_and(ops.greater_equal(labels, 0), ops.less(labels, classes))
    return ops.logical_and(inside, ops.not_equal(labels, ignore_label))


def valid_depth(depth: Tensor) -> Tensor:
    """True where `depth` (float) is a measurement: finite and not negative (-1 says "none")."""
    return ops.logical_and(ops.isfinite(depth), ops.greater_equal(depth, 0.0))
