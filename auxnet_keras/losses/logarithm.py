"""A logarithm and a reciprocal of depths that a network can be trained through.

A network without a last activation predicts depths of 0 and below, where neither is defined and
where clipping would remove the gradient: such a pixel would never learn. Below `floor` both
continue as the straight line with the same value and slope there, so that the gradient points back.
"""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown


def log_above(floor: float, depth: Tensor) -> Tensor:
    """`log d`, and log f + (d - f) / f below f = `floor`."""
    below = ops.minimum(depth - floor, 0.0)
    return ops.log(ops.maximum(depth, floor)) + below / floor


def inverse_above(floor: float, depth: Tensor) -> Tensor:
    """1 / d, and 1 / f - (d - f) / f^2 below f = `floor`."""
    below = ops.minimum(depth - floor, 0.0)
    return 1.0 / ops.maximum(depth, floor) - below / floor**2


def checked_floor(floor: float) -> float:
    """Returns the floor if it is valid.

    Raises:
        ConfigError: It is not a finite number > 0.
    """
    if isinstance(floor, bool) or not isinstance(floor, int | float) or not 0 < floor < 1e30:
        raise ConfigError(
            "floor must be a finite number > 0, in the target's unit; below it, the logarithm or "
            f"reciprocal continues as a straight line. Received: {shown(floor)}."
        )
    return float(floor)
