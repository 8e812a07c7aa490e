"""Several devices on JAX, of this process and of others: Keras' DataParallel over them.

A step is one program over all devices: it sees the whole batch, of which every process gives the
part on its own devices. Sums over pixels, and with them losses, weights and scores, are of the
whole batch without anything else; so are the statistics of BatchNormalization.
"""

import contextlib
from collections.abc import Iterator

import jax
import keras

from auxnet_keras.core.hosts import process_count
from auxnet_keras.errors import ConfigError


@contextlib.contextmanager
def data_parallel(count: int) -> Iterator[None]:
    """Inside the block, models train on the first `count` devices of every process.

    Raises:
        ConfigError: A process has fewer.
    """
    _divide_cpu(count)
    devices: list[str] = []
    for process in range(process_count()):
        own = [device for device in jax.devices() if device.process_index == process]
        if len(own) < count:
            raise ConfigError(
                "The setting devices asks for more devices than process "
                f"{process} has; lower it. Without a GPU, JAX must know the number before it "
                "computes for the first time: then restart the process, and train first. "
                f"Received: devices={count}, {len(own)} {own[0].platform} device(s)."
            )
        devices += [f"{device.platform}:{device.id}" for device in own[:count]]
    parallel = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    with parallel.scope():
        yield


def _divide_cpu(count: int) -> None:
    """Makes several devices of the CPU, for hosts without a GPU, unless JAX has started."""
    with contextlib.suppress(RuntimeError):
        if jax.config.jax_num_cpu_devices < count:  # type: ignore[attr-defined]
            jax.config.update("jax_num_cpu_devices", count)
