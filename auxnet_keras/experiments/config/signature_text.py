"""Parses the values of a weighting, an optimizer or a schedule by its constructor's signature.

The parameter's type decides: `true` is a bool, `0.5` a float, `loss` a string. A parameter of type
`Mapping[str, float]` or `Sequence[float]` takes one value per task: `400,1`, or
`depth=1,segmentation=400`; a `Mapping` takes further tasks by name: `400,1,scene=2`. One of type
`Mapping[int, Mapping[str, float]]` takes such values for several times: `0:0/1,20:1/1` is
segmentation 0 and depth 1 at 0, and both 1 at 20; one of type `Mapping[int, float]` takes a value
for several times: `20:0.001,30:0.0001`. Parameters of other types cannot be given as text.
"""

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.errors import ConfigError, shown, unknown

SIMPLE = (bool, int, float, str)


class Entry(Protocol):
    """What a catalogue's entry says about its text; see `weighting.catalogue.Method`."""

    @property
    def what(self) -> str:
        """The word for it in messages."""

    @property
    def constructor(self) -> type:
        """The class to build."""

    @property
    def short_names(self) -> Mapping[str, str]:
        """Short name of a parameter to its name in the constructor."""

    @property
    def from_run(self) -> tuple[str, ...]:
        """Parameters that cannot be set as text."""

    @property
    def needs_values(self) -> bool:
        """The name alone is refused."""

    @property
    def measured(self) -> Mapping[str, Any]:
        """Names that are not parameters, and their types."""


def read(name: str, method: Entry, text: str, nested: Callable[[str], Any] = str) -> dict[str, Any]:
    """The values of `text`, by the names of constructor parameters and measured quantities.

    Args:
        name: The entry's name, for messages.
        method: The entry in the catalogue.
        text: The text after the colon.
        nested: Parses the text of a weighting inside the weighting.

    Raises:
        ConfigError: Too many values, an unknown name, or a value of the wrong type.
    """
    kinds = parameters(method)
    timed = next((key for key, kind in kinds.items() if _by_time(kind)), None)
    values: dict[str, Any] = {}
    items = text.split(",") if text else []
    for position, item in enumerate(items):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals and timed and ":" in key:
            key, value = timed, key
        elif not equals:
            if position >= len(kinds):
                named = (
                    " without a name, and further tasks by their names"
                    if _names_tasks(method)
                    else ""
                )
                raise ConfigError(
                    f"The {method.what} {name!r} takes {len(kinds)} value(s){named}: "
                    f"{_usage(name, kinds)}. Received: {shown(text)}."
                )
            key, value = list(kinds)[position], key
        if key not in kinds and _names_tasks(method) and set(TASKS) <= set(values):
            kinds[key] = float  # one more task
        if key not in kinds:
            raise unknown(f"parameter of the {method.what} {name!r}", key, kinds)
        if _is_weighting(kinds[key]):  # the last one: it takes the rest
            values[key] = nested(",".join([value, *items[position + 1 :]]))
            break
        try:
            if key == timed:
                values[key] = {**values.get(key, {}), **_point(kinds[key], value)}
            else:
                values[key] = _value(kinds[key], value)
        except ValueError as error:
            raise ConfigError(
                f"The value of {key} in the {method.what} {name!r} cannot be parsed. Expected "
                f"{_usage(name, kinds)}. Received: {shown(value)} in {shown(text)}."
            ) from error
    return _by_parameter(name, method, kinds, values, text)


def parameters(method: Entry) -> dict[str, Any]:
    """What a text may set: name -> type, in the constructor's order, measured quantities last."""
    short = {parameter: name for name, parameter in method.short_names.items()}
    found: dict[str, Any] = {}
    for parameter in _signature(method).values():
        kind = parameter.annotation
        if parameter.name in method.from_run or not _readable(kind):
            continue
        if _per_task(kind):
            found.update(dict.fromkeys(TASKS, float))
        else:
            found[short.get(parameter.name, parameter.name)] = kind
    nested = {name: kind for name, kind in found.items() if _is_weighting(kind)}
    plain = {name: kind for name, kind in found.items() if name not in nested}
    return {**plain, **method.measured, **nested}


def _signature(method: Entry) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(method.constructor, eval_str=True).parameters


def _by_parameter(
    name: str, method: Entry, kinds: Mapping[str, Any], values: dict[str, Any], text: str
) -> dict[str, Any]:
    """The values under the constructor's names; the tasks' values combined into one."""
    given = {method.short_names.get(key, key): value for key, value in values.items()}
    known = {*_signature(method), *method.measured}
    tasks = {
        task: given.pop(task) for task in (*TASKS, *given) if task in given and task not in known
    }
    for parameter in _signature(method).values():
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        required = parameter.default is inspect.Parameter.empty and not variadic
        if _per_task(parameter.annotation):
            if not (tasks or required or method.needs_values):
                continue
            missing = len(tasks) < len(TASKS)
        else:
            missing = required and parameter.name not in {*given, *method.from_run}
        if missing:
            raise ConfigError(
                f"The {method.what} {name!r} needs {_usage(name, kinds)}. Received: {shown(text)}."
            )
        if not _per_task(parameter.annotation):
            continue
        mapping = typing.get_origin(parameter.annotation) is Mapping
        given[parameter.name] = tasks if mapping else tuple(tasks.values())
    return given


def _names_tasks(method: Entry) -> bool:
    """The values of tasks are a dict, which may have more than the two tasks of the papers."""
    kinds = (parameter.annotation for parameter in _signature(method).values())
    return any(_per_task(kind) and typing.get_origin(kind) is Mapping for kind in kinds)


def _members(kind: Any) -> tuple[Any, ...]:
    """The types of a union, without None."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(each for each in typing.get_args(kind) if each is not type(None))
    return (kind,)


def _per_task(kind: Any) -> bool:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    return (origin is Mapping and arguments == (str, float)) or (
        origin is Sequence and arguments == (float,)
    )


_WEIGHTS_BY_TIME = (int, Mapping[str, float])
_VALUE_BY_TIME = (int, float)


def _by_time(kind: Any) -> bool:
    arguments = typing.get_args(kind)
    return typing.get_origin(kind) is Mapping and arguments in (_WEIGHTS_BY_TIME, _VALUE_BY_TIME)


def _is_weighting(kind: Any) -> bool:
    classes = [each for each in _members(kind) if isinstance(each, type) and each not in SIMPLE]
    if not classes:
        return False
    from auxnet_keras.weighting.base import Weighting  # with Keras

    return any(issubclass(each, Weighting) for each in classes)


def _readable(kind: Any) -> bool:
    if _per_task(kind) or _by_time(kind) or _is_weighting(kind):
        return True
    return all(each in SIMPLE for each in _members(kind))


def _value(kind: Any, text: str) -> Any:
    """The text as the first type of `kind` that accepts it; str comes last."""
    members = _members(kind)
    for each in SIMPLE:
        if each not in members:
            continue
        try:
            return _boolean(text) if each is bool else each(text)
        except ValueError:
            continue
    raise ValueError(text)


def _point(kind: Any, text: str) -> dict[int, Any]:
    """`20:1/0.5` as the values of all tasks at 20, or `20:0.001` as the one value at 20."""
    time, _, values = text.partition(":")
    if typing.get_args(kind) == _VALUE_BY_TIME:
        return {int(time): float(values)}
    given = [float(value) for value in values.split("/")]
    return {int(time): dict(zip(TASKS, given, strict=True))}


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _usage(name: str, kinds: Mapping[str, Any]) -> str:
    forms = (_point_form(kind) if _by_time(kind) else f"{key}=..." for key, kind in kinds.items())
    return f"{name}:{','.join(forms)}"


def _point_form(kind: Any) -> str:
    one = typing.get_args(kind) == _VALUE_BY_TIME
    return "TIME:VALUE" if one else f"TIME:{'/'.join(TASKS).upper()}"
