"""The scale-invariant error of log depth."""

import math
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.losses.base import DepthLoss
from auxnet_keras.losses.logarithm import checked_floor, log_above


@keras.saving.register_keras_serializable(package="auxnet_keras")
class ScaleInvariantLogLoss(DepthLoss):
    """Squared error of log depth in which a common factor per image counts only in part.

    With `d_i = log p_i - log g_i` over the n pixels of an image whose target is finite and not
    negative, and m their mean over that image,

        L_image = 1/n sum_i d_i^2 - lambda m^2

    and L is the mean of the images' losses, each weighted by its n: a mean over pixels, as in every
    other loss here. It has no unit. With lambda = 1 it is the variance of d, and a prediction that
    is wrong by a factor costs nothing; with 0 it is the mean squared error of log depth.

    `per_pixel` returns `(d_i - m)^2 + (1 - lambda) m^2` and 1: never negative, with the same mean
    and the same gradient, including the gradient of m.

    Args:
        share: lambda, how much of a common factor is forgiven, in [0, 1].
        floor: In the target's unit. Depths below it count as `floor` in the target; in the
            prediction the logarithm continues as a straight line, so that predictions of 0 or less
            still learn.
        name: Name of the loss.

    Inputs:
        y_true: [B, H, W] or [B, H, W, 1]; -1 or any other negative, infinite or NaN value marks a
            pixel without depth.
        y_pred: [B, H, W, 1], any float dtype; the loss is computed in float32.

    Raises:
        ConfigError: A share outside [0, 1]; a floor that is not a finite number > 0; target and
            prediction differ in size.

    Example:
        >>> loss, truth = ScaleInvariantLogLoss(share=1.0), np.array([[[[3.0], [5.0], [-1.0]]]])
        >>> round(float(loss(truth, 2.0 * truth)), 4)  # twice the depth everywhere
        0.0

    Reference:
        Eigen, Puhrsch and Fergus, Depth Map Prediction from a Single Image using a Multi-Scale Deep
        Network, NeurIPS 2014, Eq. 4, with lambda = 0.5.
    """

    def __init__(
        self,
        share: float = 0.5,
        floor: float = 0.01,
        *,
        name: str | None = "scale_invariant_log",
    ) -> None:
        super().__init__(name)
        number = isinstance(share, int | float) and not isinstance(share, bool)
        if not number or not math.isfinite(share) or not 0 <= share <= 1:
            raise ConfigError(
                "share must be in [0, 1]: the part of a common scale error that the loss ignores. "
                f"Received: {shown(share)}."
            )
        self.share = float(share)
        self.floor = checked_floor(floor)

    def cost(self, target: Tensor, prediction: Tensor, valid: Tensor) -> Tensor:
        """Squared deviation from the image's mean difference, and a part of that mean's square."""
        target = ops.maximum(target, self.floor)
        difference = log_above(self.floor, prediction) - log_above(self.floor, target)
        count = ops.maximum(ops.sum(valid, axis=(1, 2), keepdims=True), 1.0)
        mean = ops.sum(difference * valid, axis=(1, 2), keepdims=True) / count
        return ops.square(difference - mean) + (1.0 - self.share) * ops.square(mean)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "share": self.share, "floor": self.floor}
