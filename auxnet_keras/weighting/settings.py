"""The arguments of a weighting as numbers and text, to save it with a model."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

_PAIRS = "pairs"


def given(
    kind: type, arguments: tuple[Any, ...], named: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The arguments of a call of a class, by name, with the defaults of those left out.

    Arguments that `__init__` will refuse are left out, too; `None` if some have no name.
    """
    signature = inspect.signature(kind.__init__)  # type: ignore[misc]
    try:
        bound = signature.bind_partial(None, *arguments, **named)
    except TypeError:  # `__init__` says what is wrong with them
        return {}
    found: dict[str, Any] = {}
    for parameter in list(signature.parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            found.update(bound.arguments.get(parameter.name, {}))
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL):
            if parameter.name in bound.arguments:
                return None
        elif parameter.name in bound.arguments:
            found[parameter.name] = bound.arguments[parameter.name]
        elif parameter.default is not parameter.empty:
            found[parameter.name] = parameter.default
    return found


def packed(value: Any) -> Any:
    """A value that JSON keeps; a dict becomes pairs, because its keys may be numbers.

    Raises:
        TypeError: It is none of numbers, text, arrays, sequences, dicts and registered objects.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {_PAIRS: [[packed(key), packed(each)] for key, each in value.items()]}
    if isinstance(value, list | tuple):
        return [packed(each) for each in value]
    if hasattr(value, "get_config"):
        return keras.saving.serialize_keras_object(value)
    raise TypeError(f"{type(value).__name__} cannot be saved with a model.")


def unpacked(value: Any) -> Any:
    """What `packed` was given, with lists in place of tuples and arrays."""
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if _PAIRS in value:
        return {unpacked(key): unpacked(each) for key, each in value[_PAIRS]}
    return keras.saving.deserialize_keras_object(value)
