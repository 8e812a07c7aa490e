"""Which pixels are valid: the rule that losses and metrics share."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError


def as_map(what: str, target: Tensor, prediction: Tensor) -> Tensor:
    """`target`, given as [B, H, W] or [B, H, W, 1], as [B, H, W].

    Raises:
        ConfigError: It has another shape, or another size than `prediction` [B, H, W, C].
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
            f"The {what} must have the shape [batch, height, width], with or without a last axis "
            f"of 1, and the prediction's size {list(expected)}. Resize the labels (nearest) or the "
            f"input. Received: shape {list(target.shape)}."
        )
    return target


def known_labels(labels: Tensor, classes: int, ignore_label: int) -> Tensor:
    """True where `labels` (int32) is a class: in 0..classes-1 and not the ignore label."""
    inside = ops.logical_and(ops.greater_equal(labels, 0), ops.less(labels, classes))
    return ops.logical_and(inside, ops.not_equal(labels, ignore_label))


def valid_depth(depth: Tensor) -> Tensor:
    """True where `depth` (float) was measured: finite and not negative (-1 means "none")."""
    return ops.logical_and(ops.isfinite(depth), ops.greater_equal(depth, 0.0))
