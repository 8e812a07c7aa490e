"""Lack of memory says which settings need less of it."""

import pytest
import tensorflow as tf

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.memory_errors import readable_memory_errors

CONFIG = RunConfig(data="street", batch_size=64, size=(512, 1024))
OOM = "Graph execution error: OOM when allocating tensor with shape[64,256,512,1024] on GPU:0\n..."


def fails(error, config=CONFIG):
    with readable_memory_errors(config):
        raise error


def test_the_settings_are_named():
    with pytest.raises(DataError, match=r"64 images of 512x1024. Use a smaller .* OOM when "):
        fails(tf.errors.ResourceExhaustedError(None, None, OOM))
    in_memory = RunConfig(data="street", cache="memory")
    with pytest.raises(DataError, match=r'or for the cache.*without cache="memory".*MemoryError'):
        fails(MemoryError(), in_memory)


def test_another_resource_is_another_error():
    with pytest.raises(tf.errors.ResourceExhaustedError):
        fails(tf.errors.ResourceExhaustedError(None, None, "train.log; No space left on device"))
