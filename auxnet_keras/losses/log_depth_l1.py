"""Mean absolute error of log depth."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.absolute import absolute
from auxnet_keras.losses.base import DepthLoss
from auxnet_keras.losses.logarithm import checked_floor, log_above


@keras.saving.register_keras_serializable(package="auxnet_keras")
class LogDepthL1(DepthLoss):
    """Absolute difference of the natural logarithms, averaged over the pixels with a depth.

    `L = sum_i |log p_i - log g_i| / N` over the N pixels whose target is finite and not negative.
    `per_pixel` returns `|log p_i - log g_i|` and 1. It has no unit: 0.1 means a depth that is wrong
    by a tenth, at 5 m as at 50 m, so its size is comparable to a cross-entropy's. Disparity and
    inverse depth give the same value as depth itself.

    Args:
        floor: f, in the target's unit. Depths below it count as f in the target; in the prediction
            the function continues as a straight line, so that predictions of 0 or less still learn.
        name: Name of the loss.

    Inputs:
        y_true: [B, H, W] or [B, H, W, 1]; -1 or any other negative, infinite or NaN value marks a
            pixel without depth.
        y_pred: [B, H, W, 1], any float dtype; the loss is computed in float32.

    Raises:
        ConfigError: The floor is not a finite number > 0; target and prediction differ in size.

    Example:
        >>> loss = LogDepthL1()
        >>> round(float(loss(np.array([[[3.0, -1.0]]]), np.full((1, 1, 2, 1), 6.0))), 4)  # log 2
        0.6931

    Reference:
        The log10 error of Saxena, Sun and Ng, Make3D, PAMI 2009, times log 10.
    """

    def __init__(self, floor: float = 0.01, *, name: str | None = "log_depth_l1") -> None:
        super().__init__(name)
        self.floor = checked_floor(floor)

    def cost(self, target: Tensor, prediction: Tensor, valid: Tensor) -> Tensor:
        """The absolute difference."""
        target = ops.maximum(target, self.floor)
        return absolute(log_above(self.floor, prediction) - log_above(self.floor, target))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "floor": self.floor}
