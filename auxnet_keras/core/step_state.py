"""Variables within an epoch: on JAX they are empty, the step takes and returns all values."""

from collections.abc import Iterable
from typing import Any

import keras


def hand_back(model: keras.Model) -> None:
    """Makes all variables of a model current between two batches; on JAX it takes milliseconds."""
    if keras.backend.backend() == "jax":
        model.jax_state_sync()


def refresh(model: keras.Model, variables: Iterable[Any]) -> None:
    """Makes a few variables current for reading, between two batches.

    Until it gets its value back, a variable on JAX reads as its initial value.

    Args:
        model: The model being trained or evaluated.
        variables: Of its metrics, its optimizer or its state; not trainable ones.
    """
    if getattr(model, "_jax_state_synced", True) or not model._jax_state:
        return
    wanted = {id(variable) for variable in variables}
    for kind, owner in (
        ("metrics", model),
        ("optimizer", model.optimizer),
        ("non_trainable", model),
    ):
        name = f"{kind}_variables"
        if wanted and name in model._jax_state:
            every = owner.variables if kind == "optimizer" else getattr(owner, name)
            for variable, value in zip(every, model._jax_state[name], strict=True):
                if id(variable) in wanted:
                    wanted.remove(id(variable))
                    variable.assign(value)
