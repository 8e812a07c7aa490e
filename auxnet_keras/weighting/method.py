"""A weighting as the catalogue lists it."""

import dataclasses
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
    """

    what: ClassVar[str] = "weighting"

    code: "str | type[Weighting]"
    rule: str
    source: str
    short_names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    from_run: tuple[str, ...] = ()
    needs_values: bool = False
    measured: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def weighting(self) -> "type[Weighting]":
        """The class; imports Keras."""
        return resolve(self.code)

    @property
    def constructor(self) -> "type[Weighting]":
        """The class, as other catalogues call it."""
        return self.weighting
