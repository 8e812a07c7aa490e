"""Checks of the values of optimizers and schedules; none needs Keras."""

import math
from typing import Any

from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.errors import ConfigError, shown


def check_at_least_0(name: str, value: Any) -> None:
    """Refuses what is not a finite number >= 0."""
    if not _finite(value) or value < 0:
        raise ConfigError(f"{name} must be a finite number >= 0. Received: {shown(value)}.")


def check_above_0(name: str, value: Any) -> None:
    """Refuses what is not a finite number > 0."""
    if not _finite(value) or value <= 0:
        raise ConfigError(f"{name} must be a finite number > 0. Received: {shown(value)}.")


def check_share(name: str, value: Any, *, one: bool) -> None:
    """Refuses what is not a number from 0 to 1; 1 itself only if `one`."""
    inside = _finite(value) and 0 <= value <= 1 and (one or value < 1)
    if not inside:
        end = "1]" if one else "1)"
        raise ConfigError(f"{name} must be in [0, {end}. Received: {shown(value)}.")


def check_steps(name: str, value: Any) -> None:
    """Refuses what is not a whole number >= 0."""
    if not is_whole(value) or not 0 <= value < 2**31:
        raise ConfigError(f"{name} must be a whole number of steps >= 0. Received: {shown(value)}.")


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
