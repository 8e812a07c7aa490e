"""The training step on JAX, which skips a batch with NaN or infinity.

On JAX the step is a function from all variables to all variables, so the old ones are available.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.training.bad_batches import variables_to_restore


def jax_step(
    model: keras.Model, keras_step: Callable, state: Sequence[Any], data: Any
) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Keras' own step, with a result that only counts if it is finite.

    Args:
        model: An `AuxiliaryModel`.
        keras_step: Keras' own step.
        state: Lists of the trainable, the other, the optimizer's and the metrics' variables.
        data: The batch.

    Returns:
        (logs, state).
    """
    _, new = keras_step(state, data)
    metrics = model.metrics_variables
    total = _value(model._loss_tracker.total, metrics, new[3])
    finite = ops.all(ops.stack([ops.all(ops.isfinite(value)) for value in (total, *new[0])]))
    kept = {id(variable) for variable in variables_to_restore(model)}
    chosen = [
        [ops.where(finite, now, before) for now, before in zip(*both, strict=True)]
        for both in zip(new[:3], state[:3], strict=True)
    ]
    counted = [
        ops.where(finite, now, before) if id(variable) in kept else now
        for variable, now, before in zip(metrics, new[3], state[3], strict=True)
    ]
    with keras.StatelessScope(zip(metrics, counted, strict=True)) as scope:
        model.guard.update_state(finite)
        logs = model.get_metrics_result()
    return logs, (*chosen, [scope.get_current_value(variable) for variable in metrics])


def _value(wanted: Tensor, variables: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    return next(v for each, v in zip(variables, values, strict=True) if each is wanted)
