"""The optimizers by name, for `--optimizer` and the documentation."""

import dataclasses
from typing import ClassVar

from auxnet_keras.core.catalogue import Catalogue
from auxnet_keras.optimizers.entry import Entry


@dataclasses.dataclass(frozen=True)
class OptimizerEntry(Entry):
    """An optimizer as the catalogue lists it.

    On the command line, `sgd:momentum=0.95,clip=1` sets the constructor's parameters, by position
    or by name.

    Attributes:
        code: The class, or `"package.module:Class"`. Its instances have
            `make(learning_rate) -> keras.optimizers.Optimizer`.
        rule: Short description for tables.
        source: Paper and equation.
    """

    what: ClassVar[str] = "optimizer"
    needs_values: ClassVar[bool] = False

    code: str | type
    rule: str
    source: str


_HERE = "auxnet_keras.optimizers"

OPTIMIZERS: Catalogue[OptimizerEntry] = Catalogue(
    "optimizer",
    {
        "adam": OptimizerEntry(
            f"{_HERE}.adam:Adam",
            "the mean gradient over the root of its mean square",
            "Kingma and Ba 2015",
        ),
        "adamw": OptimizerEntry(
            f"{_HERE}.adamw:AdamW",
            "Adam, and every parameter shrinks by rate x weight_decay",
            "Loshchilov and Hutter 2019",
        ),
        "sgd": OptimizerEntry(
            f"{_HERE}.sgd:SGD",
            "the gradient, with momentum and weight decay",
            "Sutskever et al. 2013",
        ),
    },
)
"""Name to optimizer."""


def register(name: str, code: str | type, *, rule: str = "", source: str = "") -> None:
    """Adds an optimizer of your own under a name for `--optimizer` and `RunConfig(optimizer=...)`.

    Args:
        name: Lower-case letters, digits, `-` and `_`.
        code: A class whose instances have `make(learning_rate) -> keras.optimizers.Optimizer`, or
            `"package.module:Class"`. Its constructor's parameters are the values after the colon.
        rule: Short description for tables.
        source: Paper and equation.

    Raises:
        ConfigError: The name is taken or malformed.

    Example:
        >>> class Lion:
        ...     def __init__(self, weight_decay: float = 0.0) -> None:
        ...         self.weight_decay = weight_decay
        ...
        ...     def make(self, learning_rate):
        ...         return keras.optimizers.Lion(learning_rate, weight_decay=self.weight_decay)
        >>> ak.optimizers.register("lion", Lion)
        >>> ak.experiments.RunConfig(data="street", optimizer="lion:weight_decay=0.1").optimizer
        'lion:weight_decay=0.1'
    """
    OPTIMIZERS.add(name, OptimizerEntry(code, rule, source))
