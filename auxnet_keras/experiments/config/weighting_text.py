"""Weightings by a short text, as the command line and configuration files name them.

`ftwb`, `fixed:400,1` and `ftwb:focus=2,momentum=0` are a method's name and, behind a colon, values
in the order of its parameters or by their names.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config import bins_setting

if TYPE_CHECKING:
    from auxnet_keras.weighting import Weighting


@dataclasses.dataclass(frozen=True)
class Method:
    """A weighting as a text can name it.

    Attributes:
        build: Parameters by name -> weighting; imports Keras only when called.
        parameters: Parameter name -> how its text is read; in the order of values without names.
        required: All parameters must be given.
    """

    build: Callable[[dict[str, Any]], "Weighting | None"]
    parameters: Mapping[str, Callable[[str], Any]] = dataclasses.field(default_factory=dict)
    required: bool = False


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _count_or_name(text: str) -> int | str:
    return int(text) if text.lstrip("+-").isdecimal() else text


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _named(class_name: str) -> Callable[[dict[str, Any]], "Weighting"]:
    def build(parameters: dict[str, Any]) -> "Weighting":
        from auxnet_keras import weighting

        return getattr(weighting, class_name)(**parameters)

    return build


def _fixed(parameters: dict[str, Any]) -> "Weighting":
    from auxnet_keras.weighting import FixedWeights

    return FixedWeights(parameters)


def _class_wise(parameters: dict[str, Any]) -> "Weighting":
    from auxnet_keras.weighting import ClassWiseWeighting

    bins_setting.check(parameters.pop("bins", None), parameters.pop("bin_rule", None))
    task = parameters.pop("task", None)
    if task is not None and ":" in task:  # it may name another one in turn, without end
        raise ConfigError(
            "The task= of a weighting 'class-wise' is the name of a weighting without values, as "
            f"in class-wise:task=twb. Received: task={shown(task)}."
        )
    if task is not None:
        parameters["task_weighting"] = weighting(task)
    return ClassWiseWeighting(**parameters)


def _pareto(parameters: dict[str, Any]) -> "Weighting":
    from auxnet_keras.weighting import ParetoMTL

    return ParetoMTL(preference=(parameters["segmentation"], parameters["depth"]))


_BALANCING: dict[str, Callable[[str], Any]] = {
    "momentum": float,
    "mode": str,
    "normalize": _boolean,
}

METHODS: dict[str, Method] = {
    "none": Method(lambda parameters: None),
    "fixed": Method(_fixed, {"segmentation": float, "depth": float}, required=True),
    "twb": Method(_named("TaskWeightBalancing"), _BALANCING),
    "ftwb": Method(_named("FocusedTaskWeightBalancing"), {"focus": _number_or_text, **_BALANCING}),
    "class-wise": Method(
        _class_wise,
        {
            "step_size": float,
            "start_epoch": int,
            "window": int,
            "normalize_by": str,
            "rule": str,
            "epsilon": float,
            "bins": _count_or_name,
            "bin_rule": str,
            "task": str,
        },
    ),
    "mgda": Method(_named("MGDA"), {"representation": _boolean}),
    "pareto": Method(_pareto, {"segmentation": float, "depth": float}, required=True),
}


def parse(spec: str) -> tuple[Method, dict[str, Any]]:
    """Splits a text into its method and the parameters by name; needs no Keras.

    Raises:
        ConfigError: An unknown method or parameter, a value that is not of its kind.
    """
    name, _, text = spec.strip().partition(":")
    if name not in METHODS:
        raise unknown("weighting", name, METHODS)
    method = METHODS[name]
    values: dict[str, Any] = {}
    for position, item in enumerate(text.split(",") if text else ()):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals:
            if position >= len(method.parameters):
                raise ConfigError(
                    f"The weighting {name!r} takes {len(method.parameters)} value(s): "
                    f"{_signature(name)}. Received: {shown(spec)}."
                )
            key, value = list(method.parameters)[position], key
        if key not in method.parameters:
            raise unknown(f"parameter of the weighting {name!r}", key, method.parameters)
        try:
            values[key] = method.parameters[key](value)
        except ValueError as error:
            raise ConfigError(
                f"The value of {key} in a weighting {name!r} cannot be read; expected "
                f"{_signature(name)}. Received: {shown(value)} in {shown(spec)}."
            ) from error
    if method.required and set(values) != set(method.parameters):
        raise ConfigError(
            f"The weighting {name!r} needs {_signature(name)}. Received: {shown(spec)}."
        )
    return method, values


def check(spec: str) -> Method:
    """The method a text names, its values checked by building it; without values no Keras needed.

    Raises:
        ConfigError: As `weighting`.
    """
    method, parameters = parse(spec)
    if parameters:
        method.build(parameters)
    return method


def weighting(spec: str, edges: Any = None) -> "Weighting | None":
    """The weighting a text names, new and unattached; `None` for `none`.

    Args:
        spec: `none`, `fixed:S,D` (segmentation, depth), `twb` or `ftwb`, the last two with
            `momentum=`, `mode=detached|product`, `normalize=true|false`, and `ftwb` with `focus=`;
            `class-wise` with the arguments of `ClassWiseWeighting`, `bins=` and `bin_rule=`, which
            say how a run makes the bins of an auxiliary depth, and `task=twb` or another weighting
            without values; `mgda` or `mgda:representation=true`; `pareto:S,D`, the preference.
        edges: Between the bins of an auxiliary depth, for `class-wise`.

    Raises:
        ConfigError: As `parse`, and what the weighting itself refuses.

    Example:
        >>> weighting("ftwb:focus=2,normalize=true")
    """
    method, parameters = parse(spec)
    if edges is not None:
        parameters["depth_bins"] = edges
    return method.build(parameters)


def _signature(name: str) -> str:
    return f"{name}:{','.join(f'{key}=...' for key in METHODS[name].parameters)}"
