"""The values of a model's variables, which a step on JAX takes and returns."""

from collections.abc import Iterator
from typing import NamedTuple

import keras

from auxnet_keras.core.types import Tensor


class State(NamedTuple):
    """Values in the order of the model's variables, as Keras passes them to a step."""

    trainable: list[Tensor]
    non_trainable: list[Tensor]
    optimizer: list[Tensor]
    metrics: list[Tensor]

    def pairs(self, model: keras.Model) -> Iterator[tuple[keras.Variable, Tensor]]:
        """Every variable of `model` with its value."""
        for variables, values in zip(_variables(model), self, strict=True):
            yield from zip(variables, values, strict=True)

    def scope(self, model: keras.Model) -> keras.StatelessScope:
        """A block in which the variables of `model` have these values, and can be assigned."""
        return keras.StatelessScope(self.pairs(model), collect_losses=True)


def assigned(scope: keras.StatelessScope, model: keras.Model) -> State:
    """The values that the variables of `model` have at the end of a block."""
    return State(*([scope.get_current_value(v) for v in part] for part in _variables(model)))


def _variables(model: keras.Model) -> tuple[list[keras.Variable], ...]:
    """The four lists of a `State`."""
    return (
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    )
