"""The backbone `small`: plain convolutions for short training on a CPU from random weights.

MobileNetV2 needs as many multiplications, but on a CPU TensorFlow trains its depthwise convolutions
several times slower.
"""

import keras
from keras import layers

from auxnet_keras.core.types import Tensor
from auxnet_keras.models.batch_normalization import BatchNormalization

WIDTHS = {"P1": 24, "P2": 48, "P3": 96, "P4": 128, "P5": 192}
"""Channels at stride 2**n."""


def small_backbone(input_shape: tuple[int | None, int | None, int]) -> keras.Model:
    """Five stages of a strided and a plain 3x3 convolution.

    Args:
        input_shape: Image (height, width, 3), RGB 0..255.

    Returns:
        A `keras.Model`, image [B, H, W, 3] -> {"P3": [B, H/8, W/8, 96], "P4", "P5"}, which
        every network takes as `backbone=`.
    """
    image = keras.Input(input_shape)
    features = layers.Rescaling(1 / 127.5, offset=-1.0, name="rescaling")(image)
    pyramid = {}
    for level, width in WIDTHS.items():
        features = _convolution(features, width, 2, f"{level}_down")
        if level != "P1":  # at the finest level it would cost as much as all other levels
            features = _convolution(features, width, 1, f"{level}_same")
        pyramid[level] = features
    return keras.Model(image, {level: pyramid[level] for level in ("P3", "P4", "P5")}, name="small")


def _convolution(features: Tensor, width: int, stride: int, name: str) -> Tensor:
    features = layers.Conv2D(
        width, 3, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(features)
    # In short runs the moving statistics would lag behind with Keras' default of 0.99.
    features = BatchNormalization(momentum=0.9, name=f"{name}_norm")(features)
    return layers.ReLU(name=f"{name}_relu")(features)
