"""Weightings as short text, for the command line and configuration files.

`ftwb`, `fixed:400,1` and `ftwb:focus=2,momentum=0` are a method's name and, after a colon, values
in the order of its constructor's parameters or by their names. The parameters' types decide how a
value is parsed; see `signature_text`. `twb+mgda` combines weightings, as `Combined` does.
"""

import contextlib
import contextvars
import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config import bins_setting, signature_text
from auxnet_keras.weighting.catalogue import WEIGHTINGS
from auxnet_keras.weighting.method import Method

if TYPE_CHECKING:
    from auxnet_keras.weighting import Weighting

NONE = "none"

_PLUS = re.compile(r"\s*\+\s*(?=[a-zA-Z])")  # not the one in 1e+5

_names_only = contextvars.ContextVar("_names_only", default=False)


@dataclasses.dataclass(frozen=True)
class WeightingText:
    """The parsed text of one weighting.

    Attributes:
        method: The weighting's entry in the catalogue.
        arguments: Arguments for its constructor.
        measured: How a run measures what the text cannot give: `bins`, `bin_rule`.
    """

    method: Method
    arguments: dict[str, Any]
    measured: dict[str, Any]


@contextlib.contextmanager
def names_only() -> Iterator[None]:
    """Inside the block, configs check the name of their weighting and not its values.

    Values are checked by building the weighting, which needs Keras: seconds, which a command that
    only looks at a run folder, or refuses a wrong path, should not take.
    """
    token = _names_only.set(True)
    try:
        yield
    finally:
        _names_only.reset(token)


def parse(spec: str) -> tuple[WeightingText, ...]:
    """Parses a text; needs Keras only for values after a colon.

    Returns:
        One for each weighting; nothing for `none`.

    Raises:
        ConfigError: An unknown method or parameter, or a value of the wrong type.
    """
    if spec.strip().partition(":")[0] == NONE:
        _method(spec)
        return ()
    return tuple(_parsed(part) for part in _PLUS.split(spec))


def _parsed(spec: str) -> WeightingText:
    name, _, text = spec.strip().partition(":")
    method = _method(spec)
    if method is None:
        raise ConfigError(
            f"{NONE!r} means no weighting, so it cannot be combined with another one. "
            f"Received: {shown(spec)}."
        )
    ours = str(method.code).startswith("auxnet_keras.")  # of others, only the signature knows
    if ours and not text and not method.needs_values:
        return WeightingText(method, {}, {})
    values = signature_text.read(name, method, text, nested=_task_weighting)
    measured = {key: values.pop(key) for key in method.measured if key in values}
    bins_setting.check_bins_setting(measured.get("bins"), measured.get("bin_rule"))
    return WeightingText(method, values, measured)


def check_weighting(spec: str) -> None:
    """Refuses an invalid text; builds the weighting if the text has values.

    Raises:
        ConfigError: As `weighting`.
    """
    if _names_only.get():
        for part in _PLUS.split(spec):
            _method(part)
        return
    texts = parse(spec)
    if len(texts) > 1 or any(text.arguments or text.measured for text in texts):
        _built(texts, None)


def weighting(spec: str, edges: Sequence[float] | None = None) -> "Weighting | None":
    """The weighting a text names, new and unattached; `None` for `none`.

    Args:
        spec: `none`, or a name of the catalogue with values: `fixed:S,D` (segmentation, depth),
            `ftwb:focus=2,normalize=true`, `pareto:S,D`; a parameter that is itself a weighting
            comes last and takes the rest: `class-wise:window=10,task=fixed:400,1`. `bins=` and
            `bin_rule=` of `class-wise` define how a run bins an auxiliary depth. Several with `+`
            make a `Combined`: `class-wise:bins=8+twb+mgda`.
        edges: Edges between the bins of an auxiliary depth, for `class-wise`.

    Raises:
        ConfigError: As `parse`, and what the weighting itself refuses.

    Example:
        >>> ak.experiments.weighting("ftwb:focus=2,normalize=true").focus
        2.0
    """
    return _built(parse(spec), edges)


def with_depth_bins(spec: str) -> WeightingText | None:
    """The weighting of a text that takes bins of the true depth, or `None`."""
    return next((text for text in parse(spec) if _takes_bins(text)), None)


def _takes_bins(text: WeightingText) -> bool:
    return "depth_bins" in text.method.from_run


def _built(texts: Sequence[WeightingText], edges: Sequence[float] | None) -> "Weighting | None":
    members = [
        text.method.weighting(
            **text.arguments,
            **({"depth_bins": edges} if edges is not None and _takes_bins(text) else {}),
        )
        for text in texts
    ]
    if len(members) < 2:
        return members[0] if members else None
    from auxnet_keras.weighting.combined import Combined

    return Combined(members)


def _method(spec: str) -> Method | None:
    """The weighting that a text names; `None` for `none`."""
    name, _, text = spec.strip().partition(":")
    if name == NONE and text:
        raise ConfigError(f"The weighting 'none' takes no values. Received: {shown(spec)}.")
    if name == NONE:
        return None
    if name not in WEIGHTINGS:
        raise unknown("weighting", name, [NONE, *WEIGHTINGS])
    return WEIGHTINGS[name]


def _task_weighting(spec: str) -> "Weighting | None":
    name, _, _ = spec.partition(":")
    method = WEIGHTINGS.find(name) if name != NONE else None
    if method is not None and method.from_run:  # it could nest another one in turn, without end
        raise ConfigError(
            "A weighting inside a weighting must give one weight to each task, and "
            f"{name!r} does not; choose another. Received: {shown(spec)}."
        )
    return weighting(spec)
