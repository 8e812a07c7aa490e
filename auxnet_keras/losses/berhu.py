"""Reverse Huber error of depth."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.losses.absolute import absolute
from auxnet_keras.losses.base import DepthLoss


@keras.saving.register_keras_serializable(package="auxnet_keras")
class BerHu(DepthLoss):
    """Absolute error up to a threshold c, squared error beyond it (reverse Huber).

        B(e) = |e|                    where |e| <= c
               (e^2 + c^2) / (2 c)    elsewhere,         c = share * max_i |e_i|

    with `e_i = p_i - g_i`, averaged over the pixels whose target is finite and not negative; the
    maximum is over the batch (with several devices, over each device's part of it), and c is not
    differentiated. In the target's unit: large errors pull up to 1 / `share` times as hard as in
    L1. `per_pixel` returns `B(e_i)` and 1.

    Args:
        share: c as a share of the largest error, in (0, 1].
        name: Name of the loss.

    Inputs:
        y_true: [B, H, W] or [B, H, W, 1]; -1 or any other negative, infinite or NaN value marks a
            pixel without depth.
        y_pred: [B, H, W, 1], any float dtype; the loss is computed in float32.

    Raises:
        ConfigError: A share outside (0, 1]; target and prediction differ in size.

    Example:
        >>> truth = np.zeros((1, 1, 2, 1))
        >>> float(BerHu()(truth, np.array([[[[1.0], [10.0]]]])))  # c = 2: (1 + 104 / 4) / 2
        13.5

    Reference:
        Laina et al., Deeper Depth Prediction with Fully Convolutional Residual Networks, 3DV 2016,
        Eq. 1 and 2.
    """

    def __init__(self, share: float = 0.2, *, name: str | None = "berhu") -> None:
        super().__init__(name)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise ConfigError(
                "share must be in (0, 1]: the threshold as a fraction of the largest error. "
                f"Received: {shown(share)}."
            )
        self.share = float(share)

    def cost(self, target: Tensor, prediction: Tensor, valid: Tensor) -> Tensor:
        """`B(e)`."""
        error = absolute(prediction - target)
        threshold = self.share * ops.stop_gradient(ops.max(error * valid))
        # Without errors c is 0 and nothing exceeds it; the other branch must stay finite.
        divisor = ops.where(threshold > 0, threshold, 1.0)
        squared = (ops.square(error) / divisor + threshold) / 2.0
        return ops.where(error <= threshold, error, squared)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "share": self.share}
