"""What the entries of both catalogues have in common."""

from collections.abc import Mapping
from typing import Any, ClassVar

from auxnet_keras.core.catalogue import resolve


class Entry:
    """An entry whose values are the parameters of its class, as in `sgd:momentum=0.95,clip=1`.

    Attributes:
        short_names, from_run, measured: As in `auxnet_keras.weighting.catalogue.Method`; here there
            are none.
    """

    short_names: ClassVar[Mapping[str, str]] = {}
    from_run: ClassVar[tuple[str, ...]] = ()
    measured: ClassVar[Mapping[str, Any]] = {}

    code: str | type

    @property
    def constructor(self) -> type:
        """The class that `code` names."""
        return resolve(self.code)
