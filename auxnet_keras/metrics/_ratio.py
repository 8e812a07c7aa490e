"""The division that all scores share."""

from types import ModuleType

from auxnet_keras.core.types import Tensor


def ratio(part: Tensor, whole: Tensor, xp: ModuleType) -> Tensor:
    """`part / whole`, NaN where `whole` is 0; `xp` is `numpy` or `keras.ops`."""
    return xp.where(whole > 0, part / xp.where(whole > 0, whole, 1), float("nan"))
