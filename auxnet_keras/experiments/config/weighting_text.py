"""Weightings by a short text, as the command line and configuration files name them.

`ftwb`, `fixed:400,1` and `ftwb:focus=2,momentum=0` are a method's name and, behind a colon, values
in the order of its constructor's parameters or by their names. The parameters' types say how a
value is read; see `signature_text`.
"""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config import bins_setting, signature_text
from auxnet_keras.weighting.catalogue import WEIGHTINGS, Method

if TYPE_CHECKING:
    from auxnet_keras.weighting import Weighting

NONE = "none"


@dataclasses.dataclass(frozen=True)
class WeightingText:
    """A text that was read.

    Attributes:
        method: What the catalogue says of the weighting; `None` for `none`.
        arguments: For its constructor.
        measured: How a run measures what the text cannot say: `bins`, `bin_rule`.
    """

    method: Method | None
    arguments: dict[str, Any]
    measured: dict[str, Any]


def parse(spec: str) -> WeightingText:
    """Reads a text; needs Keras only for values behind a colon.

    Raises:
        ConfigError: An unknown method or parameter, a value that is not of its kind.
    """
    name, _, text = spec.strip().partition(":")
    if name == NONE and text:
        raise ConfigError(f"The weighting 'none' takes 0 values. Received: {shown(spec)}.")
    if name == NONE:
        return WeightingText(None, {}, {})
    if name not in WEIGHTINGS:
        raise unknown("weighting", name, [NONE, *WEIGHTINGS])
    method = WEIGHTINGS[name]
    if not text and not method.needs_values:
        return WeightingText(method, {}, {})
    values = signature_text.read(name, method, text, nested=_task_weighting)
    measured = {key: values.pop(key) for key in method.measured if key in values}
    bins_setting.check(measured.get("bins"), measured.get("bin_rule"))
    return WeightingText(method, values, measured)


def check(spec: str) -> None:
    """Refuses a text that names no weighting, by building it if it has values.

    Raises:
        ConfigError: As `weighting`.
    """
    text = parse(spec)
    if text.method is not None and (text.arguments or text.measured):
        text.method.weighting(**text.arguments)


def weighting(spec: str, edges: Sequence[float] | None = None) -> "Weighting | None":
    """The weighting a text names, new and unattached; `None` for `none`.

    Args:
        spec: `none`, or a name of the catalogue with values: `fixed:S,D` (segmentation, depth),
            `ftwb:focus=2,normalize=true`, `pareto:S,D`; a parameter that is a weighting itself
            comes last and takes the rest: `class-wise:window=10,task=fixed:400,1`. `bins=` and
            `bin_rule=` of `class-wise` say how a run makes the bins of an auxiliary depth.
        edges: Between the bins of an auxiliary depth, for `class-wise`.

    Raises:
        ConfigError: As `parse`, and what the weighting itself refuses.

    Example:
        >>> ak.experiments.weighting("ftwb:focus=2,normalize=true").focus
        2.0
    """
    text = parse(spec)
    if text.method is None:
        return None
    arguments = dict(text.arguments)
    if edges is not None:
        arguments["depth_bins"] = edges
    return text.method.weighting(**arguments)


def _task_weighting(spec: str) -> "Weighting | None":
    name, _, _ = spec.partition(":")
    method = WEIGHTINGS.find(name) if name != NONE else None
    if method is not None and method.from_run:  # it would name another one in turn, without end
        raise ConfigError(
            f"A weighting inside a weighting gives one weight to each task; {name!r} does not. "
            f"Received: {shown(spec)}."
        )
    return weighting(spec)
