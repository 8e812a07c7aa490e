"""What the network of a run costs: parameters and multiply-accumulates."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from auxnet_keras.core.macs import macs
from auxnet_keras.core.whole_numbers import is_whole

if TYPE_CHECKING:
    import keras

PARTS = ("trained", "deployed")


@dataclasses.dataclass(frozen=True)
class Costs:
    """What a network costs as trained and as deployed.

    Attributes:
        parameters: {"trained", "deployed"} counts.
        macs: The same for the multiply-accumulates of one image's forward pass; `None` if unknown.
    """

    parameters: dict[str, int]
    macs: dict[str, int | None]


def network_costs(model: "keras.Model") -> Costs:
    """The costs of an `AuxiliaryModel`."""
    import keras

    parts = dict(zip(PARTS, (model, model.main_model()), strict=True))
    return Costs(
        {part: each.count_params() for part, each in parts.items()},
        {part: macs(keras.saving.serialize_keras_object(each)) for part, each in parts.items()},
    )


def recorded_costs(facts: Mapping[str, Any]) -> Costs | None:
    """The costs in a manifest; `None` if they are missing, as in a run of an earlier version."""
    parameters, counted = facts.get("parameters"), facts.get("macs")
    if not _is_complete(parameters) or not _is_complete(counted, unknown=True):
        return None
    return Costs(dict(parameters), dict(counted))


def _is_complete(counts: Any, *, unknown: bool = False) -> TypeGuard[Mapping[str, Any]]:
    if not isinstance(counts, Mapping) or set(counts) != set(PARTS):
        return False
    return all(is_whole(count) or (unknown and count is None) for count in counts.values())
