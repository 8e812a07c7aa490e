"""The weightings by name, for `--weighting`, the documentation and the contract tests."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from auxnet_keras.core.catalogue import Catalogue, resolve

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


_HERE = "auxnet_keras.weighting"

WEIGHTINGS: Catalogue[Method] = Catalogue(
    "weighting",
    {
        "fixed": Method(
            f"{_HERE}.fixed:FixedWeights",
            "constant",
            "AuxNet, Eq. 2: AuxNet_400, AuxNet_1000",
            needs_values=True,
        ),
        "first-loss": Method(
            f"{_HERE}.first_loss:FirstLossWeights",
            "constant: 1 / the first loss",
            "Learning Boost's program",
        ),
        "schedule": Method(
            f"{_HERE}.weight_schedule:WeightSchedule",
            "given at some epochs or steps; constant or linear in between",
            "-",
            needs_values=True,
        ),
        "twb": Method(
            f"{_HERE}.balancing:TaskWeightBalancing",
            "λ_main ← L_aux, λ_aux ← L_main, moving average",
            "AuxNet, Algorithm 1",
        ),
        "ftwb": Method(
            f"{_HERE}.focused:FocusedTaskWeightBalancing",
            "λ_main ← L_main L_aux, λ_aux ← L_main, moving average",
            "AuxNet, Algorithm 2",
        ),
        "class-wise": Method(
            f"{_HERE}.class_wise:ClassWiseWeighting",
            "a weight per class of the auxiliary task, adapted to what the main task gains",
            "Learning Boost, Algorithm 1",
            short_names={"task": "task_weighting"},
            from_run=("num_classes", "depth_bins"),
            measured={"bins": int | str, "bin_rule": str},
        ),
        "mgda": Method(
            f"{_HERE}.mgda:MGDA", "shortest common descent direction", "Sener & Koltun 2018"
        ),
        "pareto": Method(
            f"{_HERE}.pareto:ParetoMTL",
            "descent that keeps the losses near a preferred ratio",
            "Lin et al. 2019",
            needs_values=True,
        ),
    },
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
