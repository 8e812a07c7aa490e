"""Several weightings in one step: which compose, in which order, and what they do together.

Four levels, each with at most one weighting, in the order of their effect:

    classes     L_aux = sum_c w^c A_c           ClassWiseWeighting
    tasks       lambda_k L_k                    any TaskWeighting
    gradients   v_k, from the Gram matrix of    any GradientWeighting
                g_k = lambda_k grad L_k
    schedule    s_k                             WeightSchedule

The step is sum_k s_k v_k g_k. The weights of tasks follow from the losses without class weights.
"""

import dataclasses
import functools
import operator
from collections.abc import Iterable, Mapping
from typing import Any

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting, Weighting, WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.loss_rules.balancing import TaskWeightBalancing
from auxnet_keras.weighting.loss_rules.base import LossRule
from auxnet_keras.weighting.loss_rules.weight_schedule import WeightSchedule

LEVELS = {
    "classes": "the weights of classes",
    "tasks": "the weights of the losses",
    "gradients": "the weights of the gradients",
    "schedule": "the weights by time",
}
"""Level to what its weighting determines."""

_WEIGHTED_SUMS = (TaskWeighting.total, LossRule.total, TaskWeightBalancing.total)


class Composition:
    """At most one weighting of each level, as one.

    Args:
        levels: Level to its weighting. The one of classes has the methods `build_classes`,
            `with_class_weights` and `update_classes`.
    """

    def __init__(self, levels: Mapping[str, Weighting]) -> None:
        self.levels = {level: levels[level] for level in LEVELS if level in levels}
        self.classes: Any = levels.get("classes")
        self._factors: dict[str, Any] = {
            level: part for level, part in self.levels.items() if level != "classes"
        }

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        """Creates the variables of all weightings in one state."""
        self.tasks = tasks
        for level, part in self.levels.items():
            own: Any = _OwnNames(state, level)
            (part.build_classes if part is self.classes else part.build)(own, tasks)
            part.state = state

    def terms(self, losses: Mapping[str, TaskLoss]) -> dict[str, TaskLoss]:
        """The losses lambda_k L_k of a batch, with class weights: what is differentiated."""
        terms = dict(losses)
        if self.classes is not None:
            terms = self.classes.with_class_weights(losses)
        if "tasks" in self._factors:
            weights = self._factors["tasks"].batch_weights(losses)
            for k, task in enumerate(self.tasks):
                terms[task] = dataclasses.replace(terms[task], mean=weights[k] * terms[task].mean)
        return terms

    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        """sum_k s_k v_k lambda_k L_k, with the v of the last batch."""
        terms = self.terms(losses)
        means = ops.stack([terms[task].mean for task in self.tasks])
        for level in ("gradients", "schedule"):
            if level in self._factors:
                means = self._factors[level].effective_weights() * means
        return ops.sum(means)

    def scheduled(self) -> Tensor | None:
        """S [tasks], or `None` without a schedule."""
        part = self._factors.get("schedule")
        return None if part is None else part.effective_weights()

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        """Assigns the weights for the next batch, except those of gradients."""
        for level in ("tasks", "schedule"):
            if level in self._factors:
                self._factors[level].update(losses)
        if self.classes is not None:  # last: the program's rule reads the weights of the tasks
            self.classes.update_classes()

    def effective_weights(self) -> Tensor | None:
        """s_k v_k lambda_k [tasks] as they are now; `None` with class weights alone."""
        weights = [part.effective_weights() for part in self._factors.values()]
        return functools.reduce(operator.mul, weights) if weights else None

    def current(self) -> dict[str, Tensor]:
        """As `Weighting.current`."""
        weights = self.effective_weights()
        if weights is None:
            return {}
        return {f"weight_{task}": weights[k] for k, task in enumerate(self.tasks)}


class _OwnNames:
    """A state for one of several weightings, in which no two variables have the same name."""

    def __init__(self, state: WeightingState, level: str) -> None:
        self._state, self._level = state, level

    def add_state(self, name: str, value: Any) -> Any:
        taken = any(variable.name == name for variable in self._state.variables)
        return self._state.add_state(f"{self._level}_{name}" if taken else name, value)


def composed(members: Iterable[Weighting]) -> Composition:
    """The composition of some weightings, given in any order.

    Raises:
        ConfigError: One is no weighting, has an objective of its own, or is of the same level as
            another one.
    """
    found: dict[str, Weighting] = {}
    for member in members:
        for level, part in _levels(member).items():
            if level in found:
                raise ConfigError(
                    f"Two of the weightings determine {LEVELS[level]}; choose one of them. "
                    f"Received: {type(found[level]).__name__} and {type(part).__name__}."
                )
            found[level] = part
    return Composition(found)


def composition_of(weighting: Weighting) -> Composition:
    """What a weighting is composed of: of several ones, or of itself."""
    own = getattr(weighting, "composition", None)
    return composed([weighting]) if own is None else own


def gradient_rule(weighting: Weighting | None) -> GradientWeighting | None:
    """The gradient-based weighting that a weighting is or contains."""
    if isinstance(weighting, GradientWeighting):
        return weighting
    own = getattr(weighting, "composition", None)
    return None if own is None else own.levels.get("gradients")


def _levels(member: Weighting) -> Mapping[str, Weighting]:
    own = getattr(member, "composition", None)
    if own is not None:
        return own.levels
    if isinstance(member, GradientWeighting):
        return {"gradients": member}
    if isinstance(member, WeightSchedule):
        return {"schedule": member}
    if not isinstance(member, Weighting):
        raise ConfigError(
            "Only weightings can be combined, such as TaskWeightBalancing() and MGDA(). "
            f"Received: {shown(member)}."
        )
    name = type(member).__name__
    if hasattr(member, "after_step"):
        raise ConfigError(
            f"{name} needs the losses of a batch once more after its step, which a combination "
            "does not compute. Use it alone, or combine a weighting that needs only the losses "
            f"before it. Received: {name}."
        )
    if isinstance(member, TaskWeightBalancing) and member.mode == "product":
        raise ConfigError(
            "mode='product' differentiates its weights, so nothing else can weight the same "
            "losses. Use mode='detached' beside other weightings. "
            f"Received: {name}(mode='product')."
        )
    if not isinstance(member, TaskWeighting) or type(member).total not in _WEIGHTED_SUMS:
        raise ConfigError(
            f"{name} defines the objective itself, in `total`, so no other weighting can take part "
            "in it. Derive it from TaskWeighting and define `batch_weights` or `update` instead, "
            f"or use it alone. Received: {name}."
        )
    return {"tasks": member}
