"""The base classes of losses over pixels, some of which have no target.

Every such loss has `per_pixel(y_true, y_pred) -> (values, valid)`: the loss of every pixel and its
weight, float32 [B, H, W], with `loss = sum(values * valid) / sum(valid)`. `valid` is 1 or 0, or the
pixel's class weight. Both maps are 0, and so are their gradients, where there is no target.
"""

import abc
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.pixels import as_map, valid_depth
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError


class PixelLoss(keras.losses.Loss):
    """Weighted mean of a loss over pixels: `sum(values * valid) / sum(valid)`, 0 without any."""

    def __init__(self, name: str | None) -> None:
        # float32 whatever the policy: labels survive the cast, and sums keep their digits.
        super().__init__(name=name, dtype="float32")

    def per_pixel(self, y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and weight of every pixel, float32 [B, H, W]."""
        raise NotImplementedError

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        values, valid = self.per_pixel(y_true, y_pred)
        return ops.divide_no_nan(ops.sum(values * valid), ops.sum(valid))

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> Tensor:
        if sample_weight is not None:
            # Keras would multiply the finished mean by it, which weights no pixel.
            raise ConfigError(
                f"{type(self).__name__} takes no sample_weight: mark pixels without a target in "
                "the target itself (ignore label, negative depth); PixelCrossEntropy also has "
                f"class_weights. Received: sample_weight of shape {tuple(sample_weight.shape)}."
            )
        return super().__call__(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


class DepthLoss(PixelLoss, abc.ABC):
    """A loss over the pixels with a depth; a subclass defines the cost of an error.

    Its inputs are y_true [B, H, W] or [B, H, W, 1], where -1 or any other negative, infinite or NaN
    value marks a pixel without depth, and y_pred [B, H, W, 1] of any float dtype. It is computed in
    float32.
    """

    def per_pixel(self, y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and 1 (0 without a depth) of every pixel, float32 [B, H, W].

        Raises:
            ConfigError: Target and prediction differ in size.
        """
        prediction = ops.cast(as_map("depth prediction", y_pred, y_pred), "float32")
        target = ops.cast(as_map("depth target", y_true, y_pred), "float32")
        measured = valid_depth(target)
        # Invalid targets are replaced first: NaN times 0 would be NaN in the gradient.
        target = ops.where(measured, target, 0.0)
        valid = ops.cast(measured, "float32")
        return ops.where(measured, self.cost(target, prediction, valid), 0.0), valid

    @abc.abstractmethod
    def cost(self, target: Tensor, prediction: Tensor, valid: Tensor) -> Tensor:
        """The loss of every pixel [B, H, W], finite where `valid` is 0, too.

        Args:
            target: Depths [B, H, W], float32, 0 where there is none.
            prediction: The same shape and dtype.
            valid: 1 with a depth, 0 without.
        """
