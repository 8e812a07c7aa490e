"""Adam."""

import dataclasses
from typing import Any

from auxnet_keras.optimizers.checks import check_above_0


@dataclasses.dataclass(frozen=True)
class Adam:
    """Steps along the mean gradient, divided by the root of its mean square.

    `m <- 0.9 m + 0.1 g`, `v <- 0.999 v + 0.001 g^2`, both divided by what they lack in the first
    steps (m_hat, v_hat), and `w <- w - rate * m_hat / (sqrt(v_hat) + 1e-7)`.

    With `clip`, all gradients are first multiplied by `min(1, clip / norm)`, with the norm of all
    of them together.

    Args:
        clip: The largest norm of all gradients together; by default they are not clipped.

    Raises:
        ConfigError: `clip` is not a finite number > 0.

    Example:
        >>> ak.optimizers.Adam(clip=1.0).make(1e-3).global_clipnorm
        1.0

    Reference:
        Kingma and Ba, Adam, ICLR 2015, Algorithm 1. Clipping: Pascanu et al., On the Difficulty of
        Training Recurrent Neural Networks, ICML 2013, Algorithm 1.
    """

    clip: float | None = None

    def __post_init__(self) -> None:
        if self.clip is not None:
            check_above_0("clip of adam", self.clip)

    def make(self, learning_rate: Any) -> Any:
        """The optimizer of Keras, for a learning rate or a schedule of Keras."""
        import keras

        return keras.optimizers.Adam(learning_rate, global_clipnorm=self.clip)
