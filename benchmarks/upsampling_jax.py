"""Contenders of throughput.py: the decoder's last layer by itself, in different forms, on JAX."""

from typing import Any

import jax
import keras
from synthetic import CLASSES, Setting
from throughput_jax import facts, memory

from auxnet_keras.models.sub_pixel import Conv2DTranspose

FORMS = {
    "transposed": keras.layers.Conv2DTranspose,
    "sub-pixel": Conv2DTranspose,
}


class Upsampling:
    """Forward and backward pass of the 16x16 transposed convolution with stride 8, in float32."""

    def __init__(self, setting: Setting, form: str) -> None:
        height, width = (side // 8 for side in setting.size)
        layer = FORMS[form](CLASSES, 16, 8, padding="same", dtype="float32")
        layer.build((None, height, width, CLASSES))

        def loss(weights: list[Any], features: Any) -> Any:
            output, _ = layer.stateless_call(weights, [], features)
            return (output**2).mean()

        self._function = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
        self._weights = [variable.value for variable in layer.trainable_variables]
        self._features = jax.random.normal(
            jax.random.key(0), (setting.batch_size, height, width, CLASSES)
        )
        self._parameters = layer.count_params()

    def facts(self) -> dict[str, Any]:
        """The number of parameters, the device and the version."""
        return {"parameters": self._parameters, **facts()}

    def step(self) -> None:
        """Starts both passes."""
        self._result = self._function(self._weights, self._features)

    def wait(self) -> None:
        """Until the device has finished."""
        jax.block_until_ready(self._result)

    def memory(self) -> float:
        """The largest allocation in MiB."""
        return memory()
