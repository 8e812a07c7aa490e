"""Batch normalization of the encoders and of the U-Net."""

import keras
from keras import ops

from auxnet_keras.core.fused_batch_norm import fused_batch_norm
from auxnet_keras.core.types import Tensor


@keras.saving.register_keras_serializable(package="auxnet_keras")
class BatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization`, the same but for rounding; trains faster on TensorFlow.

    Keras writes it as a dozen operations, each of which passes over the whole feature map, and
    their gradient as twice as many. XLA fuses them; TensorFlow without XLA, as on a CPU, does not,
    but has one operation for all of them.

    The class has Keras' name, from which a weights file derives the names of its weights.
    """

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor = None) -> Tensor:
        if not (training and self.trainable and mask is None and self._can_be_fused(inputs)):
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = fused_batch_norm(
            ops.cast(inputs, "float32"), self.gamma, self.beta, self.epsilon
        )
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        return ops.cast(outputs, self.compute_dtype)

    def _can_be_fused(self, inputs: Tensor) -> bool:
        channels_last = len(inputs.shape) == 4 and self.axis in (-1, 3)
        as_usual = self.scale and self.center and not self.renorm and not self.synchronized
        # The operation knows no other precision of the weights, and of inputs only lower ones.
        in_float32 = (
            self.variable_dtype == "float32"
            and keras.backend.standardize_dtype(inputs.dtype) != "float64"
        )
        on_tensorflow = keras.backend.backend() == "tensorflow"
        return on_tensorflow and channels_last and as_usual and in_float32


def fuse_batch_normalization(model: keras.Model) -> None:
    """Makes this class of every `keras.layers.BatchNormalization` of a network.

    The layers stay the same objects, with their weights and their place in the graph: a clone would
    draw new initial weights, and all that is drawn after them would change.
    """
    for layer in model.layers:
        if type(layer) is keras.layers.BatchNormalization:
            layer.__class__ = BatchNormalization
