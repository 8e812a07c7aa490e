"""The numbers that layers compute with."""

import contextlib
from collections.abc import Iterator

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
"""Keras' dtype policies for training: half precision computes, float32 keeps the weights."""


@contextlib.contextmanager
def using_precision(name: str) -> Iterator[None]:
    """Inside the block, new layers have this dtype policy; afterwards, the one from before.

    Args:
        name: One of `PRECISIONS`.
    """
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
