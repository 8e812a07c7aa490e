"""Adam with decoupled weight decay."""

import dataclasses
from typing import Any

from auxnet_keras.optimizers.checks import check_above_0, check_at_least_0


@dataclasses.dataclass(frozen=True)
class AdamW:
    """Adam that also shrinks every trained parameter, apart from the gradient.

    `w <- w - rate * weight_decay * w` before each step of `Adam`, with the current learning rate;
    weights, biases and BatchNormalization alike.

    Args:
        weight_decay: The share of a parameter that a step removes, per unit of learning rate.
        clip: As in `Adam`; the decay is not clipped.

    Raises:
        ConfigError: `weight_decay` is not a finite number >= 0, or `clip` not one > 0.

    Example:
        >>> ak.optimizers.AdamW(weight_decay=0.05).make(1e-3).weight_decay
        0.05

    Reference:
        Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019, Algorithm 2.
    """

    weight_decay: float = 0.01
    clip: float | None = None

    def __post_init__(self) -> None:
        check_at_least_0("weight_decay of adamw", self.weight_decay)
        if self.clip is not None:
            check_above_0("clip of adamw", self.clip)

    def make(self, learning_rate: Any) -> Any:
        """The optimizer of Keras, for a learning rate or a schedule of Keras."""
        import keras

        return keras.optimizers.AdamW(
            learning_rate, weight_decay=self.weight_decay, global_clipnorm=self.clip
        )
