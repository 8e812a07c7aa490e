"""Mean absolute error of inverse depth."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.absolute import absolute
from auxnet_keras.losses.base import DepthLoss
from auxnet_keras.losses.logarithm import checked_floor, inverse_above


@keras.saving.register_keras_serializable(package="auxnet_keras")
class InverseDepthL1(DepthLoss):
    """Absolute difference of the reciprocals, averaged over the pixels with a depth.

    `L = sum_i |1/p_i - 1/g_i| / N` over the N pixels whose target is finite and not negative, in
    1/m for a target in metres. `per_pixel` returns `|1/p_i - 1/g_i|` and 1. Far pixels count
    little: an error of 1 m costs 0.17 at 2 m and 0.0001 at 100 m. To predict inverse depth itself,
    use `DepthL1` with targets in that unit.

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
        >>> loss = InverseDepthL1()
        >>> float(loss(np.array([[[2.0, -1.0]]]), np.full((1, 1, 2, 1), 4.0)))
        0.25

    Reference:
        The error iMAE of the KITTI depth completion benchmark: Uhrig et al., Sparsity Invariant
        CNNs, 3DV 2017.
    """

    def __init__(self, floor: float = 1.0, *, name: str | None = "inverse_depth_l1") -> None:
        super().__init__(name)
        self.floor = checked_floor(floor)

    def cost(self, target: Tensor, prediction: Tensor, valid: Tensor) -> Tensor:
        """The absolute difference."""
        target = ops.maximum(target, self.floor)
        return absolute(inverse_above(self.floor, prediction) - inverse_above(self.floor, target))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "floor": self.floor}
