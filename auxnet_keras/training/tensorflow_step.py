"""The training step on TensorFlow, which skips a batch with NaN or infinity.

Keras' own step would update the weights whatever their gradients are. Copying all weights in order
to restore them would cost a good part of a step. Instead the optimizer is only called if the loss
and all gradients are finite; otherwise the few small variables that have changed are restored.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from auxnet_keras.core import replicas
from auxnet_keras.core.types import Tensor
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.training.bad_batches import variables_to_restore
from auxnet_keras.training.look_ahead import Samples, losses_with


def tensorflow_step(model: keras.Model, data: Any) -> dict[str, Tensor]:
    """As Keras' own step, but skips a batch that is not finite; returns the logs.

    A weighting with `after_step` gets the tasks' losses on the batch after the update, too.
    """
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    end_step = StepEnd(model)
    with tf.GradientTape() as tape:
        predictions = model(x, training=True)
        loss = model.compute_loss(
            x=x, y=y, y_pred=predictions, sample_weight=sample_weight, training=True
        )
        scaled = model.optimizer.scale_loss(loss)
    gradients = tape.gradient(scaled, model.trainable_variables)
    logs = end_step(
        loss * replicas.number_of_replicas(), gradients, x, y, predictions, sample_weight
    )
    after_step = getattr(model._weighting, "after_step", None)
    if after_step is not None:
        after_step(end_step.losses_again(x, y, sample_weight))
    return logs


class StepEnd:
    """The end of a step, after the gradients: metrics and the update, or nothing.

    Create it before the forward pass: it copies the variables that the pass may change.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._to_restore = variables_to_restore(model)
        self._before = [tf.identity(variable.value) for variable in self._to_restore]

    def __call__(
        self,
        loss: Any,
        gradients: Sequence[Tensor],
        x: Tensor,
        y: Tensor,
        predictions: Tensor,
        sample_weight: Tensor,
    ) -> dict[str, Tensor]:
        """Ends the step.

        Args:
            loss: The total loss of the whole batch.
            gradients: One per trainable variable, or `None`; with the optimizer's loss scale.
            x, y, predictions, sample_weight: Of the batch.

        Returns:
            The logs.
        """
        finite, gradient = self._check(loss, gradients)
        self._model.guard.update_state(finite, gradient)
        _either(
            finite,
            self._apply,
            self._restore,
            (loss, gradients, x, y, predictions, sample_weight, self._before),
        )
        return self._model.get_metrics_result()

    def losses_again(self, x: Tensor, y: Tensor, sample_weight: Tensor) -> dict[str, TaskLoss]:
        """Every task's loss on the batch as the step left the weights; changes and logs nothing.

        The pass is a training one, and starts from the statistics and seeds of the first: the same
        units are dropped, so that the difference is the step's alone.
        """
        before = zip(self._to_restore, self._before, strict=True)
        return losses_with(self._model, before, Samples(x, y, sample_weight))

    def _apply(
        self,
        loss: Any,
        gradients: Sequence[Tensor],
        x: Tensor,
        y: Tensor,
        predictions: Tensor,
        sample_weight: Tensor,
        before: Sequence[Tensor],
    ) -> None:
        model = self._model
        inputs = (each for each in keras.tree.flatten(x) if each is not None)
        model._loss_tracker.update_state(loss, sample_weight=tf.shape(next(inputs))[0])
        # Metrics of `compile` may create their variables only now, too late to be restored.
        model.compute_metrics(x, y, predictions, sample_weight=sample_weight)
        model.optimizer.apply(gradients, model.trainable_variables)

    def _check(self, loss: Any, gradients: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Whether all is finite, on all replicas, and the index of the first bad gradient or -1."""
        finite = tf.math.is_finite(loss)
        # Gradients that overflow because the loss scale is too large are the optimizer's business.
        scaled = isinstance(self._model.optimizer, keras.optimizers.LossScaleOptimizer)
        if scaled or not gradients:  # a frozen model has none
            return finite, tf.constant(-1, tf.int64)
        bad = _bad(gradients)
        if replicas.number_of_replicas() > 1:
            context = tf.distribute.get_replica_context()
            bad = context.all_reduce(tf.distribute.ReduceOp.SUM, bad)
        first = tf.where(tf.reduce_any(bad > 0), tf.argmax(bad > 0), -1)
        return tf.logical_and(finite, first < 0), first

    def _restore(self, *arguments: Tensor) -> None:
        for variable, value in zip(self._to_restore, arguments[-1], strict=True):
            variable.assign(value)


def _bad(gradients: Sequence[Tensor]) -> Tensor:
    """1 for each gradient that is not finite, otherwise 0."""
    values = [
        tf.zeros(()) if g is None else g.values if isinstance(g, tf.IndexedSlices) else g
        for g in gradients
    ]
    # A sum is the cheapest check of a tensor, and never finite if an element is not. A sum above
    # 1e38 overflows, too, but an optimizer that squares gradients overflows long before that.
    sums = tf.stack([tf.cast(tf.reduce_sum(each), tf.float32) for each in values])
    return 1.0 - tf.cast(tf.math.is_finite(sums), tf.float32)


def _either(condition: Tensor, then: Callable, otherwise: Callable, arguments: tuple) -> None:
    """Calls one of two functions that assign variables."""
    if tf.__internal__.distribute.strategy_supports_no_merge_call():
        done = tf.cond(
            condition, lambda: _done(then, arguments), lambda: _done(otherwise, arguments)
        )
        if tf.inside_function() and len(tf.config.list_logical_devices()) == 1:
            _prevent_inlining(done.op.inputs[0].op)
        return

    # Replicas synchronise when they assign, which TensorFlow does not allow inside a branch that
    # each replica takes: one branch is taken for all of them, as in Keras' LossScaleOptimizer.
    def for_all(strategy: tf.distribute.Strategy, condition: Tensor, *arguments: Tensor) -> None:
        call = strategy.extended.call_for_each_replica
        tf.cond(
            strategy.experimental_local_results(condition)[0],
            lambda: _done(call, (then, arguments)),
            lambda: _done(call, (otherwise, arguments)),
        )

    tf.distribute.get_replica_context().merge_call(for_all, args=(condition, *arguments))


def _prevent_inlining(branching: tf.Operation) -> None:
    """Keeps both functions of a `tf.cond` out of the surrounding graph.

    TensorFlow inlines them so that their operations can run on several devices. It then places and
    optimizes the optimizer's thousands of operations together with all others, which delays the
    first step by seconds. On one device inlining gains nothing; a GPU and its CPU are two devices.
    """
    branching._set_attr("_lower_using_switch_merge", tf.compat.v1.AttrValue(b=False))


def _done(function: Callable, arguments: tuple) -> Tensor:
    function(*arguments)
    return tf.zeros(())
