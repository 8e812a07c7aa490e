"""What a step needs from `tf.distribute`: the number of replicas, and sums over them.

TensorFlow is imported only if it is the backend; other backends have one (global) replica.
"""

import contextlib
from typing import Any

import keras
from keras import ops


def number_of_replicas() -> int:
    """Number of replicas that run the current step; 1 outside of a `tf.distribute` strategy."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def scope(model: keras.Model) -> contextlib.AbstractContextManager:
    """The scope in which variables that belong to `model` must be created."""
    strategy = getattr(model, "distribute_strategy", None)
    return contextlib.nullcontext() if strategy is None else strategy.scope()


class AllReduce:
    """Sums a small vector over replicas by assigning it to a variable that aggregates with a mean.

    The variable is deliberately not tracked by any layer: it transports values and is not state.

    Args:
        size: Length of the vector.
    """

    def __init__(self, size: int) -> None:
        self.replicas = number_of_replicas()
        if self.replicas > 1:
            self._wire = keras.Variable(
                ops.zeros((size,)), trainable=False, aggregation="mean", name="all_reduce"
            )

    def __call__(self, vector: Any) -> Any:
        """`vector` `[size]` of this replica, summed over all replicas; not differentiated."""
        vector = ops.stop_gradient(vector)
        if self.replicas == 1:
            return vector
        self._wire.assign(vector)
        return ops.convert_to_tensor(self._wire) * self.replicas
