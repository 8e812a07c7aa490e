"""A transposed convolution that JAX computes as a convolution at the input's resolution."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor


@keras.saving.register_keras_serializable(package="auxnet_keras")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, the same but for rounding; faster on JAX.

    Let the stride s divide the kernel's side n s. Then every pixel of the output depends on n x n
    pixels of the input, and by which n x n weights of the kernel only depends on its position
    modulo s. The s x s positions become channels of an ordinary n x n convolution, which are then
    rearranged into pixels.

    XLA computes a transposed convolution over an input with s - 1 zeros between its pixels, and the
    kernel's gradient likewise. TensorFlow and PyTorch have kernels for it.

    The class has Keras' name, from which a weights file derives the names of its weights.

    Reference:
        Shi et al., Real-Time Super-Resolution with a Sub-Pixel Convolution, CVPR 2016.
    """

    def call(self, inputs: Tensor) -> Tensor:
        if keras.backend.backend() != "jax" or not self._has_positions():
            return super().call(inputs)
        outputs = sub_pixel_convolution(inputs, self.kernel, self.strides[0])
        if self.use_bias:
            outputs = outputs + self.bias
        return outputs if self.activation is None else self.activation(outputs)

    def _has_positions(self) -> bool:
        (side, width), (stride, other) = self.kernel_size, self.strides
        square = side == width and stride == other and tuple(self.dilation_rate) == (1, 1)
        same = self.padding == "same" and self.output_padding is None and (side - stride) % 2 == 0
        return square and same and side % stride == 0 and self.data_format == "channels_last"


def sub_pixel_convolution(inputs: Tensor, kernel: Any, stride: int) -> Tensor:
    """The transposed convolution with padding "same", without a bias.

    Args:
        inputs: [B, H, W, C].
        kernel: [n s, n s, K, C], with the stride s and (n - 1) s even.
        stride: s.

    Returns:
        [B, s H, s W, K].
    """
    side, _, filters, channels = kernel.shape
    height, width = ops.shape(inputs)[1:3]
    taps = side // stride
    by_position = ops.reshape(kernel, (taps, stride, taps, stride, filters, channels))
    # A transposed convolution moves the kernel away from the pixel, an ordinary one towards it.
    flipped = ops.transpose(ops.flip(by_position, (0, 2)), (0, 2, 5, 1, 3, 4))
    dense = ops.reshape(flipped, (taps, taps, channels, stride * stride * filters))
    edge = taps - 1
    padded = ops.pad(inputs, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    blocks = ops.conv(padded, dense, padding="valid", data_format="channels_last")
    rows, columns = height + edge, width + edge
    blocks = ops.reshape(blocks, (-1, rows, columns, stride, stride * filters))
    pixels = ops.transpose(blocks, (0, 1, 3, 2, 4))
    pixels = ops.reshape(pixels, (-1, rows * stride, columns * stride, filters))
    # Padding "same" drops what lies outside the enlarged input.
    cut = edge * stride // 2
    return pixels[:, cut : cut + height * stride, cut : cut + width * stride]
