"""The one division that scores need."""

from typing import Any


def ratio(part: Any, whole: Any, xp: Any) -> Any:
    """`part / whole`, NaN where `whole` is 0; `xp` is `numpy` or `keras.ops`."""
    return xp.where(whole > 0, part / xp.where(whole > 0, whole, 1), float("nan"))
