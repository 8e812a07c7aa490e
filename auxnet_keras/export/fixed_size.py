"""The deployed network with a fixed image size, as converters and small devices need it."""

import keras

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.export.deployment import Deployment


class Finish(keras.layers.Layer):
    """`Deployment.finish` as a layer."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(dtype="float32")
        self._deployment = deployment

    def call(self, output: Tensor) -> dict[str, Tensor]:
        return self._deployment.finish(output)


def fixed_size_model(deployment: Deployment, batch_size: int | None) -> keras.Model:
    """A model from the uint8 image [B, h, w, 3] of the network's size to the deployed map.

    Args:
        deployment: The deployed network.
        batch_size: B; `None` for any.

    Raises:
        ConfigError: The network's size is unknown.
    """
    if None in deployment.size:
        raise ConfigError(
            "ONNX and LiteRT need a fixed image size, but this network was built with unknown "
            f"sides. Pass size=(height, width). Received: {deployment.size}."
        )
    inputs = {
        name: keras.Input(
            batch_shape=(batch_size, *deployment.size, channels),
            dtype=deployment.input_dtype(name),
            name=name,
        )
        for name, channels in deployment.channels.items()
    }
    output = deployment.network(deployment.arguments(inputs))[deployment.task]
    return keras.Model(inputs, Finish(deployment)(output), name="deployed")
