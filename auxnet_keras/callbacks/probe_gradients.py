"""The tasks' gradients on a batch, measured beside the training without a trace in it."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras.core.gradients import Gradients, gram, in_all, times
from auxnet_keras.core.step_state import hand_back
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.losses.task_loss import task_losses


def first_batch(data: Any) -> tuple[Any, Any, Any]:
    """(x, y, sample_weight): `data` itself if it is a batch, else the first one of the data set.

    A data set of `ak.data` afterwards begins with the epoch with which it would have begun.

    Raises:
        ConfigError: Neither of them, or without targets by task.
    """
    batch = data if isinstance(data, tuple | list) else _taken(data)
    if not isinstance(batch, tuple | list) or not 2 <= len(batch) <= 3:
        batch = (None, None)
    x, y, weight = (*batch, None)[:3]
    if not isinstance(y, dict):
        raise ConfigError(
            "The diagnostics need a batch (images, {task: targets}), or a data set of such "
            f"batches. Received: {shown(data)}."
        )
    return x, y, weight


def _taken(data: Any) -> Any:
    if hasattr(data, "of_all_processes"):
        data = data.of_all_processes()
    counters: list[Any] = [getattr(data, name, None) for name in ("epoch", "start")]
    variables = [each for each in counters if hasattr(each, "assign")]
    before = [int(each) for each in variables]
    for each in variables:
        each.assign(0)
    try:
        return next(iter(data), None)
    except TypeError:
        return None
    finally:
        for each, value in zip(variables, before, strict=True):
            each.assign(value)


def gram_function(model: keras.Model, batch: tuple[Any, Any, Any]) -> Callable[[], np.ndarray]:
    """A function that measures M [K, K], M_ij = g_i . g_j, float32, on a batch.

    g_k is the gradient of the unweighted loss of a task with respect to the parameters that all
    tasks share. The forward pass is that of training, but what it would assign (the statistics of
    BatchNormalization, seeds) goes into a scope that is thrown away.

    Args:
        model: A compiled `AuxiliaryModel` with two tasks or more.
        batch: (x, y, sample_weight) as tensors.

    Raises:
        ConfigError: The tasks share no trained parameter, or the batch does not fit the model.
    """
    on = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}
    return on[keras.backend.backend()](model, batch)


def _on_tensorflow(model: keras.Model, batch: tuple[Any, Any, Any]) -> Callable[[], np.ndarray]:
    import tensorflow as tf

    @tf.function(autograph=False)
    def measured(*batch: Any) -> Any:
        scope = keras.StatelessScope(collect_losses=True)
        with scope, tf.GradientTape(persistent=True) as tape:
            losses, scale = _scaled_losses(model, *batch)
        rows = [tape.gradient(each, model.trainable_variables) for each in losses]
        dense = [[None if g is None else tf.convert_to_tensor(g) for g in row] for row in rows]
        return _gram(model, dense, scale)

    measured.get_concrete_function(*batch)  # what cannot be measured is told before training begins
    return lambda: np.asarray(measured(*batch))


def _on_jax(model: keras.Model, batch: tuple[Any, Any, Any]) -> Callable[[], np.ndarray]:
    import jax

    from auxnet_keras.core.jax_derivative import Derivative

    trained = model.trainable_variables
    others = [*model.non_trainable_variables, *model.optimizer.variables]
    # As NumPy arrays, which every process of a mesh of devices may pass.
    batch = keras.tree.map_structure(lambda x: None if x is None else np.asarray(x), batch)

    def values() -> list[list[Any]]:
        return [[variable.value for variable in part] for part in (trained, others)]

    @jax.jit
    def measured(now: list[Any], other: list[Any], *batch: Any) -> Any:
        def losses(at: list[Any]) -> Any:
            given = [*zip(trained, at, strict=True), *zip(others, other, strict=True)]
            with keras.StatelessScope(given, collect_losses=True):
                return _scaled_losses(model, *batch)

        found = Derivative(losses, now)
        return _gram(model, [found.of(n) for n in range(len(model.tasks))], found.rest)

    def measure() -> np.ndarray:
        hand_back(model)
        return np.asarray(measured(*values(), *batch))

    measured.lower(*values(), *batch)  # what cannot be measured is told before training begins
    return measure


def _on_torch(model: keras.Model, batch: tuple[Any, Any, Any]) -> Callable[[], np.ndarray]:
    import torch

    def measure() -> np.ndarray:
        with keras.StatelessScope(collect_losses=True):
            losses, scale = _scaled_losses(model, *batch)
        at = [variable.value for variable in model.trainable_variables]
        options = {"retain_graph": True, "allow_unused": True}
        rows = [list(torch.autograd.grad(each, at, **options)) for each in losses]
        return ops.convert_to_numpy(_gram(model, rows, scale))

    measure()  # what cannot be measured is told before training begins
    return measure


def _scaled_losses(model: keras.Model, x: Any, y: Any, sample_weight: Any) -> tuple[list, Tensor]:
    """The tasks' losses with the optimizer's loss scale, and the scale."""
    predictions = model(x, training=True)
    losses = {task: model.loss[task] for task in model.tasks}
    found = task_losses(losses, y, predictions, sample_weight or {}, ops.stop_gradient)
    scale = model.optimizer.scale_loss(ops.ones(()))
    return [found[task].mean * scale for task in model.tasks], scale


def _gram(model: keras.Model, rows: Sequence[Gradients], scale: Tensor) -> Tensor:
    """M of gradients of scaled losses, over the parameters of all of them."""
    shared = in_all(rows)
    if not any(shared):
        raise ConfigError(
            f"The tasks {model.tasks} share no parameter that is trained, so their gradients "
            "cannot be compared. Train without GradientDiagnostics. "
            f"Received: model {model.name!r}."
        )
    counted = [[g if on else None for g, on in zip(row, shared, strict=True)] for row in rows]
    return gram([times(row, 1.0 / scale) for row in counted])
