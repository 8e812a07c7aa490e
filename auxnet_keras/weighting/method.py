"""A weighting as the catalogue lists it."""

import dataclasses
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from auxnet_keras.core.catalogue import resolve

if TYPE_CHECKING:
    from auxnet_keras.weighting.base import Weighting


@dataclasses.dataclass(frozen=True)
class Method:
    """A weighting as the catalogue lists it.

    On the command line, `twb:0.5,normalize=true` sets the constructor's parameters, by position or
    by name; their types say how to parse the values.

    Attributes:
        code: The class, or `"package.module:Class"`.
        rule: Short description for tables.
        source: Paper and equation.
        short_names: Short name of a parameter to its name in the constructor.
        from_run: Parameters that a run fills in from its data; they cannot be set as text.
        needs_values: The name alone, without values, is refused.
        measured: Settings for how a run measures `from_run`: name to type.
        forwards: Forward passes of a step.
        backwards: (a, b) for a + b K backward passes through the shared layers, with K tasks. By
            default (0, 1) for a rule that compares the gradients of all shared parameters, and
            (1, 0) for any other.
    """

    what: ClassVar[str] = "weighting"

    code: "str | type[Weighting]"
    rule: str
    source: str
    short_names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    from_run: tuple[str, ...] = ()
    needs_values: bool = False
    measured: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    forwards: int = 1
    backwards: tuple[int, int] | None = None

    @property
    def weighting(self) -> "type[Weighting]":
        """The class; imports Keras."""
        return resolve(self.code)

    def backward_passes(self) -> tuple[int, int]:
        """`backwards`, or what follows from the class; imports Keras."""
        if self.backwards is not None:
            return self.backwards
        from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

        if not issubclass(self.weighting, GradientWeighting):
            return 1, 0
        where = inspect.signature(self.weighting).parameters.get("parameters")
        return (0, 1) if where is None or where.default == "shared" else (1, 0)

    @property
    def cost(self) -> str:
        """Passes of a step, such as `1 forward, K backward`; imports Keras."""
        constant, per_task = self.backward_passes()
        tasks = {0: "", 1: "K"}.get(per_task, f"{per_task} K")
        parts = [each for each in (tasks, str(constant) if constant else "") if each]
        return f"{self.forwards} forward, {' + '.join(parts)} backward"

    @property
    def constructor(self) -> "type[Weighting]":
        """The class, as other catalogues call it."""
        return self.weighting
