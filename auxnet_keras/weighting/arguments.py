"""Checks the numbers that weightings take."""

import math

from auxnet_keras.errors import ConfigError, shown


def check_above_zero(name: str, value: object) -> None:
    """Refuses what is not a finite number above 0.

    Raises:
        ConfigError: With the name and the value.
    """
    if not _is_number(value) or value <= 0:  # type: ignore[operator]
        raise ConfigError(f"{name} must be a finite number above 0. Received: {shown(value)}.")


def check_not_negative(name: str, value: object) -> None:
    """Refuses what is not a finite number, 0 or above.

    Raises:
        ConfigError: With the name and the value.
    """
    if not _is_number(value) or value < 0:  # type: ignore[operator]
        raise ConfigError(f"{name} must be a finite number, 0 or above. Received: {shown(value)}.")


def check_below_one(name: str, value: object) -> None:
    """Refuses what is not a number in [0, 1), as the factor of a moving average.

    Raises:
        ConfigError: With the name and the value.
    """
    if not _is_number(value) or not 0.0 <= value < 1.0:  # type: ignore[operator]
        raise ConfigError(f"{name} must be in [0, 1). Received: {shown(value)}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
