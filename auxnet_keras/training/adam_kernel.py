"""Adam's update as one operation of TensorFlow for each variable."""

import types
from typing import Any

import keras
import tensorflow as tf

from auxnet_keras.core.types import Tensor


def use_adam_kernel(optimizer: keras.optimizers.Optimizer) -> None:
    """Lets Adam and AdamW update each variable by one operation instead of a dozen.

    Each of the dozen reads or writes as many numbers as the variable has, and a ResNet-50 has
    thousands of them, most of which take longer to start than to compute. Other optimizers, and
    those that change Adam's update, keep their own.

    The update is Keras' but for rounding: `1 - beta` is computed in float32, which changes it by
    1.3e-5 of its value for 0.999. In half precision it would be 0, so such variables keep Keras'.

    Args:
        optimizer: Any; it is changed in place. A second call changes nothing.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)  # of a LossScaleOptimizer
    current = getattr(inner.update_step, "__func__", None)
    if current is keras.optimizers.Adam.update_step and not inner.amsgrad:
        inner.update_step = types.MethodType(_update_step, inner)


def _update_step(
    self: keras.optimizers.Adam, gradient: Tensor, variable: Any, learning_rate: Tensor
) -> None:
    of_embedding = isinstance(gradient, tf.IndexedSlices)
    if of_embedding or variable.dtype not in (tf.float32, tf.float64):
        type(self).update_step(self, gradient, variable, learning_rate)
        return
    index = self._get_variable_index(variable)
    step = tf.cast(self.iterations + 1, variable.dtype)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=self._momentums[index].value.handle,
        v=self._velocities[index].value.handle,
        beta1_power=tf.cast(self.beta_1, variable.dtype) ** step,
        beta2_power=tf.cast(self.beta_2, variable.dtype) ** step,
        lr=tf.cast(learning_rate, variable.dtype),
        beta1=self.beta_1,
        beta2=self.beta_2,
        epsilon=self.epsilon,
        grad=tf.cast(gradient, variable.dtype),
    )
