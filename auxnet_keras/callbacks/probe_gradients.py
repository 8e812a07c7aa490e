"""The tasks' gradients on a batch, measured beside the training without a trace in it."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

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
    """A compiled function that measures M [K, K], M_ij = g_i . g_j, float32, on a batch.

    g_k is the gradient of the unweighted loss of a task with respect to the parameters that all
    tasks share. The forward pass is that of training, but what it would assign (the statistics of
    BatchNormalization, seeds) goes into a scope that is thrown away.

    Args:
        model: A compiled `AuxiliaryModel` with two tasks or more.
        batch: (x, y, sample_weight) as tensors.

    Raises:
        ConfigError: The tasks share no trained parameter, or the batch does not fit the model.
    """
    import tensorflow as tf

    tasks = model.tasks
    losses = {task: model.loss[task] for task in tasks}
    variables = model.trainable_variables

    @tf.function(autograph=False)
    def gram(x: Any, y: Any, sample_weight: Any) -> Any:
        scope = keras.StatelessScope(collect_losses=True)
        with scope, tf.GradientTape(persistent=True) as tape:
            predictions = model(x, training=True)
            found = task_losses(losses, y, predictions, sample_weight or {}, ops.stop_gradient)
            scale = model.optimizer.scale_loss(tf.ones(()))
            scaled = [found[task].mean * scale for task in tasks]
        rows = [tape.gradient(each, variables) for each in scaled]
        shared = [
            [tf.cast(tf.convert_to_tensor(g), tf.float32) / scale for g in column]
            for column in zip(*rows, strict=True)
            if all(g is not None for g in column)
        ]
        if not shared:
            raise ConfigError(
                f"The tasks {tasks} share no parameter that is trained, so their gradients cannot "
                f"be compared. Train without GradientDiagnostics. Received: model {model.name!r}."
            )
        entries = [
            tf.add_n([tf.reduce_sum(column[a] * column[b]) for column in shared])
            for a in range(len(tasks))
            for b in range(len(tasks))
        ]
        return tf.reshape(tf.stack(entries), (len(tasks), len(tasks)))

    gram.get_concrete_function(*batch)  # what cannot be measured is told before training begins
    return lambda: np.asarray(gram(*batch))
