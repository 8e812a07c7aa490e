"""Mean absolute error of depth."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.pixels import as_map
from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.absolute import absolute
from auxnet_keras.losses.base import DepthLoss


@keras.saving.register_keras_serializable(package="auxnet_keras")
class DepthL1(DepthLoss):
    """Absolute error, averaged over the pixels with a depth.

    `L = sum_i |p_i - g_i| / N` over the N pixels whose target is finite and not negative, in the
    target's unit. `per_pixel` returns `|p_i - g_i|` and 1.

    Args:
        all_pixels: Average over every pixel, as in the paper's "for all pixels"; a pixel without
            depth then has the target 0, as in a disparity file.
        name: Name of the loss.

    Inputs:
        y_true: [B, H, W] or [B, H, W, 1]; -1 or any other negative, infinite or NaN value marks a
            pixel without depth.
        y_pred: [B, H, W, 1], any float dtype; the loss is computed in float32.

    Raises:
        ConfigError: Target and prediction differ in size.

    Example:
        >>> float(DepthL1()(np.array([[[3.0, -1.0]]]), np.full((1, 1, 2, 1), 1.0)))
        2.0
        >>> float(DepthL1(all_pixels=True)(np.array([[[3.0, -1.0]]]), np.full((1, 1, 2, 1), 1.0)))
        1.5

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, section 3.2.
    """

    def __init__(self, all_pixels: bool = False, *, name: str | None = "depth_l1") -> None:
        super().__init__(name)
        self.all_pixels = all_pixels

    def per_pixel(self, y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
        """Absolute error and 1 (0 without a depth) of every pixel, float32 [B, H, W]."""
        values, valid = super().per_pixel(y_true, y_pred)
        if self.all_pixels:
            prediction = ops.cast(as_map("depth prediction", y_pred, y_pred), "float32")
            values = ops.where(valid > 0, values, absolute(prediction))
            return values, ops.ones_like(values)
        return values, valid

    def cost(self, target: Tensor, prediction: Tensor, valid: Tensor) -> Tensor:
        """`|p - g|`."""
        return absolute(prediction - target)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "all_pixels": self.all_pixels}
