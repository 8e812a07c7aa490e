"""Several devices of one host on TensorFlow: a MirroredStrategy over the first of them.

Every device holds all weights and trains on its share of every batch. It is the only strategy of
TensorFlow with which Keras trains: there is none for several hosts.
"""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import keras

from auxnet_keras.errors import ConfigError

if TYPE_CHECKING:
    import tensorflow as tf

    from auxnet_keras.models import AuxiliaryModel

Build: TypeAlias = "Callable[[Callable[[], AuxiliaryModel]], AuxiliaryModel]"
"""Calls what builds a model, so that the model is built for the devices."""


_BASES = itertools.count(0, 1000)


def mirrored(count: int) -> Build:
    """Builds models for the first `count` GPUs; without a GPU, for as many divisions of the CPU.

    The divisions share the cores: they test a set-up, and are no faster than one device.

    Raises:
        ConfigError: The host has fewer GPUs, or TensorFlow has started before.
    """
    strategy = _strategy(count)

    def build(make: "Callable[[], AuxiliaryModel]") -> "AuxiliaryModel":
        with strategy.scope():
            model = make()
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True  # statistics of the batch, not of a device's share
        return model

    return build


def _strategy(count: int) -> "tf.distribute.Strategy":
    import tensorflow as tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    if not gpus:
        _divide_cpu(count)
    elif gpus < count:
        raise ConfigError(
            "The setting devices asks for more GPUs than this host has; lower it. "
            f"Received: devices={count}, {gpus} GPU(s)."
        )
    kind = "GPU" if gpus else "CPU"
    # Sums over devices have numbers. Those of two strategies in a process must differ: TensorFlow
    # takes equal ones for the same sum, and then fails because its shape has changed.
    numbered = {"_collective_key_base": next(_BASES)}
    strategy = type("MirroredStrategy", (tf.distribute.MirroredStrategy,), numbered)
    return strategy([f"{kind}:{number}" for number in range(count)])


def _divide_cpu(count: int) -> None:
    """Makes logical devices of the CPU, unless enough have been made."""
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    made: list[Any] = tf.config.get_logical_device_configuration(cpu) or []
    if len(made) >= count:
        return
    try:
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * count
        )
    except RuntimeError:
        raise ConfigError(
            "TensorFlow must know the number of devices before it computes for the first time, and "
            "in this process it has computed. Train first after a restart of the process (in a "
            f"notebook, of the kernel). Received: devices={count}, {max(1, len(made))} CPU(s)."
        ) from None
