"""Stochastic gradient descent with momentum."""

import dataclasses
from typing import Any

from auxnet_keras.optimizers.checks import check_above_0, check_at_least_0, check_share


@dataclasses.dataclass(frozen=True)
class SGD:
    """Steps along the gradient, with momentum and weight decay.

    `w <- w - rate * weight_decay * w`, then `u <- momentum u - rate * g` and `w <- w + u`.

    Args:
        momentum: The share of the last step that the next one keeps.
        weight_decay: As in `AdamW`. Added to the gradient, as elsewhere, it would also gather
            momentum; there, a tenth of the value has about the same effect with momentum 0.9.
        clip: As in `Adam`.

    Raises:
        ConfigError: `momentum` is not in [0, 1), `weight_decay` not a finite number >= 0, or `clip`
            not one > 0.

    Example:
        >>> float(ak.optimizers.SGD(momentum=0.95).make(1e-2).momentum)
        0.95

    Reference:
        Sutskever et al., On the Importance of Initialization and Momentum in Deep Learning, ICML
        2013, Eq. 1 and 2.
    """

    momentum: float = 0.9
    weight_decay: float = 0.0
    clip: float | None = None

    def __post_init__(self) -> None:
        check_share("momentum of sgd", self.momentum, one=False)
        check_at_least_0("weight_decay of sgd", self.weight_decay)
        if self.clip is not None:
            check_above_0("clip of sgd", self.clip)

    def make(self, learning_rate: Any) -> Any:
        """The optimizer of Keras, for a learning rate or a schedule of Keras."""
        import keras

        return keras.optimizers.SGD(
            learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay or None,
            global_clipnorm=self.clip,
        )
