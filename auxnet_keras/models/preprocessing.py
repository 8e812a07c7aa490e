"""Preprocessing as layers of the model, so the model takes images as a camera delivers them."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, unknown

STRIDE = 32
"""The encoders' coarsest stride: image sides must be multiples of it."""

_MODES = ("caffe", "tf", "unit", "none")
_CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)


def check_sides(height: int | None, width: int | None, stride: int = STRIDE) -> None:
    """Refuses an image size that the decoders cannot restore.

    Args:
        height, width: Pixels; `None` (unknown) passes and is checked on the first image.
        stride: The encoder's coarsest stride, a power of 2.

    Raises:
        ConfigError: A side is not a multiple of `stride`; suggests the nearest valid size.
    """
    for side in (height, width):
        if side is not None and (side < stride or side % stride):
            near = [
                None if s is None else max(stride, round(s / stride) * stride)
                for s in (height, width)
            ]
            raise ConfigError(
                f"Image height and width must be multiples of {stride}, because the encoder "
                f"halves them {stride.bit_length() - 1} times. The nearest valid size is "
                f"{tuple(near)}. Received: {(height, width)}."
            )


@keras.saving.register_keras_serializable(package="auxnet_keras")
class ImagePreprocessing(keras.layers.Layer):
    """Turns RGB 0..255 into the input that a backbone was trained on; float32, no parameters.

    Args:
        mode: `"caffe"` (BGR minus the ImageNet mean: ResNet), `"tf"` (-1..1: MobileNetV2), `"unit"`
            (0..1: U-Net), or `"none"` (0..255 unchanged: backbones that rescale themselves).
        stride: Image sides must be multiples of it.

    Raises:
        ConfigError: The mode is unknown; an image side is not a multiple of `stride`.
    """

    def __init__(self, mode: str = "caffe", stride: int = STRIDE, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if mode not in _MODES:
            raise unknown("preprocessing mode", mode, _MODES)
        self.mode = mode
        self.stride = stride

    def call(self, images: Tensor) -> Tensor:
        """Args: images [B, H, W, 3], RGB 0..255. Returns: [B, H, W, 3] float32."""
        check_sides(images.shape[1], images.shape[2], self.stride)
        images = ops.cast(images, "float32")
        if self.mode == "caffe":
            return ops.flip(images, axis=-1) - ops.convert_to_tensor(_CAFFE_MEAN_BGR, "float32")
        if self.mode == "tf":
            return images / 127.5 - 1.0
        if self.mode == "unit":
            return images / 255.0
        return images

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mode": self.mode, "stride": self.stride}


def stride_of(model: keras.Model) -> int:
    """The number that the image sides of `model` must be multiples of; 32 if unknown."""
    found = [layer.stride for layer in model.layers if isinstance(layer, ImagePreprocessing)]
    return max(found, default=STRIDE)


@keras.saving.register_keras_serializable(package="auxnet_keras")
class DepthPreprocessing(keras.layers.Layer):
    """Turns a depth map into the three-channel image 0..255 that a colour encoder expects.

    Each map is divided by its largest value, so any unit works; the FuseNet paper also normalises
    depth to the range of an image. Invalid pixels (< 0 or not finite) become 0.

    Reference:
        Hazirbas et al., FuseNet, ACCV 2016, section 4 (depth stored and fed as 0..255).
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    def call(self, depth: Tensor) -> Tensor:
        """Args: depth [B, H, W, 1], any unit, -1 = invalid. Returns: [B, H, W, 3], 0..255."""
        depth = ops.cast(depth, "float32")
        depth = ops.where(ops.logical_and(depth >= 0, ops.isfinite(depth)), depth, 0.0)
        largest = ops.max(depth, axis=(1, 2, 3), keepdims=True)
        return ops.repeat(255.0 * depth / ops.maximum(largest, 1e-6), 3, axis=-1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], 3)
