"""Checks counts, seeds and epochs from a caller: integers, of Python or NumPy."""

from numbers import Integral
from typing import TypeGuard

from auxnet_keras.errors import AuxnetError, ConfigError, shown


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is an integer; `True` is not."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_whole(
    name: str, value: object, least: int, error: type[AuxnetError] = ConfigError
) -> None:
    """Refuses a value that is not an integer of at least `least`.

    Raises:
        AuxnetError: Of the type `error`, with the name and the value.

    Example:
        >>> check_whole("window", 0, least=1)
        Traceback (most recent call last):
        auxnet_keras.errors.ConfigError: window must be an integer, 1 or more. Received: 0.
    """
    if not is_whole(value) or value < least:
        raise error(f"{name} must be an integer, {least} or more. Received: {shown(value)}.")
