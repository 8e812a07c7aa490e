"""The weightings by name, for `--weighting`, the documentation and the contract tests.

Each family lists its own, in `methods.py` of its folder.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from auxnet_keras.core.catalogue import Catalogue
from auxnet_keras.weighting.auxiliary_rules import methods as auxiliary_rules
from auxnet_keras.weighting.class_wise import methods as class_wise
from auxnet_keras.weighting.gradient_rules import methods as gradient_rules
from auxnet_keras.weighting.loss_rules import methods as loss_rules
from auxnet_keras.weighting.method import Method

if TYPE_CHECKING:
    from auxnet_keras.weighting.base import Weighting

FAMILIES: dict[str, Mapping[str, Method]] = {
    "losses": loss_rules.METHODS,
    "class-wise": class_wise.METHODS,
    "gradients": gradient_rules.METHODS,
    "main + auxiliary": auxiliary_rules.METHODS,
}
"""The methods of the package by what they look at."""

WEIGHTINGS: Catalogue[Method] = Catalogue(
    "weighting",
    {name: method for methods in FAMILIES.values() for name, method in methods.items()},
)
"""Name to method. `none` is not a method: it means constant weights of 1."""


def register(
    name: str,
    weighting: "str | type[Weighting]",
    *,
    rule: str = "",
    source: str = "",
    short_names: Mapping[str, str] | None = None,
) -> None:
    """Adds a weighting of your own under a name for `--weighting` and `RunConfig(weighting=...)`.

    Args:
        name: Lower-case letters, digits, `-` and `_`.
        weighting: The class, or `"package.module:Class"`.
        rule: Short description for tables.
        source: Paper and equation.
        short_names: Short name of a parameter to its name in the constructor.

    Raises:
        ConfigError: The name is taken or malformed.

    Example:
        >>> class Halved(ak.weighting.TaskWeighting):
        ...     def initial(self, tasks):
        ...         return [1.0] + [0.5] * (len(tasks) - 1)
        >>> ak.weighting.register("halved", Halved)
        >>> ak.experiments.weighting("halved")
        <Halved(), not attached to a model>
    """
    WEIGHTINGS.add(name, Method(weighting, rule, source, dict(short_names or {})))
