"""Counts, seeds and epochs that a caller gives: whole numbers, of Python or NumPy."""

from numbers import Integral
from typing import TypeGuard

from auxnet_keras.errors import AuxnetError, ConfigError, shown


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number; `True` is none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_whole(
    name: str, value: object, least: int, error: type[AuxnetError] = ConfigError
) -> None:
    """Refuses what is not a whole number of at least `least`.

    Raises:
        AuxnetError: `error`, with the name and what was given.

    Example:
        >>> check_whole("window", 0, least=1)
        Traceback (most recent call last):
        auxnet_keras.errors.ConfigError: window is an integer, 1 or more. Received: 0.
    """
    if not is_whole(value) or value < least:
        raise error(f"{name} is an integer, {least} or more. Received: {shown(value)}.")
