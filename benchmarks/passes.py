"""The parts of a linear sum's step: what a method's passes should cost follows from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from auxnet_keras.training.shared_trunk import shared_trunk

PARTS = ("forward", "forward_and_heads", "forward_and_backward")


def parts(model: Any, batch: Any) -> dict[str, Callable[[], None]]:
    """Name of each of `PARTS` to a function that runs it once on a model without a weighting."""
    x, y = tf.nest.map_structure(tf.constant, batch)
    trunk = shared_trunk(model)

    def loss(predictions: Any) -> Any:
        return model.compute_loss(x=x, y=y, y_pred=predictions)

    @tf.function(autograph=False)
    def forward() -> Any:
        return loss(model(x, training=True))

    @tf.function(autograph=False)
    def forward_and_heads() -> Any:
        features = tf.nest.flatten(trunk.shared(x, training=True))
        with tf.GradientTape() as tape:
            tape.watch(features)
            total = loss(trunk.heads(features, training=True))
        return _known(tape.gradient(total, [*features, *model.trainable_variables]))

    @tf.function(autograph=False)
    def forward_and_backward() -> Any:
        with tf.GradientTape() as tape:
            total = loss(model(x, training=True))
        return _known(tape.gradient(total, model.trainable_variables))

    functions = (forward, forward_and_heads, forward_and_backward)
    return {
        name: lambda function=function: [each.numpy() for each in _first(function())]
        for name, function in zip(PARTS, functions, strict=True)
    }


def _known(gradients: Any) -> list[Any]:
    return [each for each in gradients if each is not None]


def _first(results: Any) -> list[Any]:
    """The smallest result, to wait for all of them."""
    return sorted(tf.nest.flatten(results), key=lambda each: each.shape.num_elements())[:1]


@dataclass(frozen=True)
class Theory:
    """Seconds of a linear sum's step, of its forward pass and of its backward pass through what the
    tasks share."""

    step: float
    forward: float
    backward: float

    def ratio(self, forwards: int, backwards: tuple[int, int], tasks: int = 2) -> float:
        """Of a method's step to the linear sum's, if only passes cost time.

        Args:
            forwards, backwards: As in `auxnet_keras.weighting.method.Method`.
            tasks: K.
        """
        more = backwards[0] + backwards[1] * tasks - 1
        return 1.0 + ((forwards - 1) * self.forward + more * self.backward) / self.step
