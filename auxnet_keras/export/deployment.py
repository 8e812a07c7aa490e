"""The network as deployed: the main task alone, from a camera image to its map.

What is called on images becomes part of a SavedModel, ONNX or LiteRT file, and is TensorFlow's;
what describes the network works on every backend.
"""

from collections.abc import Mapping

import keras

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.models.preprocessing import check_sides, stride_of

Size = tuple[int | None, int | None]


class Deployment:
    """A function from images to the main task's map, based on `model.main_model()`.

    An output of several channels becomes `class_map`, uint8 [B, H, W] (int32 for more than 256
    classes), the index of the largest channel; an output of one channel keeps its name and values,
    float32 [B, H, W, 1].

    Images of other sizes are resized to the network's size (bilinear; other inputs, such as
    FuseNet's depth, nearest), and the output is resized back. Scores are upsampled (bilinear)
    before the argmax, as is usual in the field: borders between classes stay smooth, while
    upsampled class ids would be jagged. This needs memory for K scores per pixel of the image. A
    network of unknown size works at the image's size, with each side rounded up to a multiple of
    32.

    Args:
        model: An `AuxiliaryModel`.
        size: (height, width) at which the network works, for a model built with unknown sides.
        disparity: A one-channel output is a disparity in pixels and is scaled with the width.

    Raises:
        ConfigError: The model is not an `AuxiliaryModel`, does not have this size, or has several
            inputs but none named `image`.
    """

    def __init__(
        self, model: keras.Model, size: tuple[int, int] | None = None, disparity: bool = False
    ) -> None:
        if not hasattr(model, "main_model"):
            raise ConfigError(
                "Export needs an auxnet_keras.models.AuxiliaryModel, which has a main task. Wrap "
                "your graph: AuxiliaryModel(inputs, {'segmentation': ...}, auxiliary=None). "
                f"Received: {type(model).__name__}."
            )
        self.network = model.main_model()
        self.task: str = model.main
        self.class_names: tuple[str, ...] = model.class_names
        self.disparity = disparity
        self.channels: dict[str, int] = self._inputs()
        self.size: Size = self._size(size)
        scores = self.network.output[self.task].shape[-1]
        self.output = "class_map" if scores > 1 else self.task
        self.class_dtype = "uint8" if scores <= 256 else "int32"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, `image` first."""
        return tuple(self.channels)

    def input_dtype(self, name: str) -> str:
        """uint8 for the image, float32 for any other input."""
        return "uint8" if name == "image" else "float32"

    def __call__(self, *inputs: Tensor) -> dict[str, Tensor]:
        """Args: [B, H, W, C] for each of `inputs`, any H and W. Returns: the map by its name."""
        import tensorflow as tf

        native = tf.shape(inputs[0])[1:3]
        size = self._network_size(native)
        maps = {}
        for name, value in zip(self.inputs, inputs, strict=True):
            method = "bilinear" if name == "image" else "nearest"
            value = tf.image.resize(tf.cast(value, tf.float32), size, method)
            maps[name] = tf.ensure_shape(value, [None, *self.size, self.channels[name]])
        output = tf.image.resize(self.predict(maps), native)
        if self.disparity:
            output *= tf.cast(native[1], tf.float32) / tf.cast(size[1], tf.float32)
        return self.finish(output)

    def predict(self, maps: Mapping[str, Tensor]) -> Tensor:
        """The network's own output [B, h, w, K] for inputs of its size."""
        return self.network(self.arguments(maps), training=False)[self.task]

    def arguments(self, maps: Mapping[str, Tensor]) -> Tensor:
        """Inputs by name, in the form that the network takes."""
        return dict(maps) if isinstance(self.network.input, Mapping) else maps["image"]

    def finish(self, output: Tensor) -> dict[str, Tensor]:
        """Turns scores into class ids; other outputs do not change."""
        if self.output != "class_map":
            return {self.output: output}
        import tensorflow as tf

        # Not keras.ops.argmax: it handles -0.0 with bitwise ops that no converter supports.
        classes = tf.argmax(output, -1, output_type=tf.int32)
        return {"class_map": tf.cast(classes, self.class_dtype)}

    def _network_size(self, native: Tensor) -> Tensor:
        import tensorflow as tf

        if None not in self.size:
            return tf.constant(self.size)
        stride = stride_of(self.network)
        rounded = -(-native // stride) * stride
        return tf.stack([rounded[i] if side is None else side for i, side in enumerate(self.size)])

    def _inputs(self) -> dict[str, int]:
        given = self.network.input
        if not isinstance(given, Mapping):
            return {"image": given.shape[-1]}
        if "image" not in given:
            raise ConfigError(
                "Exporting a network with several inputs needs one of them to be named 'image'. "
                f"Received: {sorted(given)}."
            )
        names = ["image", *sorted(set(given) - {"image"})]
        return {name: given[name].shape[-1] for name in names}

    def _size(self, requested: tuple[int, int] | None) -> Size:
        first = self.network.inputs[0].shape
        own = (first[1], first[2])
        if requested is None:
            return own
        if any(side not in (None, want) for side, want in zip(own, requested, strict=True)):
            raise ConfigError(
                f"This network was built for images of {own}. Build it with unknown sides "
                f"(input_shape=(None, None, 3)) to export it at another size. "
                f"Received: {requested}."
            )
        check_sides(*requested, stride=stride_of(self.network))
        return requested
