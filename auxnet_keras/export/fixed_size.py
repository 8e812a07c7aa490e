"""The deployed network with its image size fixed, as converters and small devices need it."""

import importlib.util

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
    """uint8 image [B, h, w, 3] of the network's own size to the deployed map.

    Args:
        deployment: What is deployed.
        batch_size: B; `None` for any.

    Raises:
        ConfigError: The network's size is unknown.
    """
    if None in deployment.size:
        raise ConfigError(
            "ONNX and LiteRT networks work on images of one size, and this one was built with "
            f"unknown sides; pass size=(height, width). Received: {deployment.size}."
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


def need(extra: str, modules: tuple[str, ...]) -> None:
    """Refuses a format whose extra is not installed.

    Raises:
        ConfigError: Says what to install.
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise ConfigError(
            f"Exporting to {extra} needs the extra [{extra}]: "
            f"pip install 'auxnet_keras[{extra}]'. Received: no {', '.join(missing)}."
        )
