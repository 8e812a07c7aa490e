"""Random loss weighting (RLW): new random weights for every batch."""

import math

import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.loss_rules.base import LossRule

_MODULI = (30269.0, 30307.0, 30323.0)
_MULTIPLIERS = (171.0, 172.0, 170.0)


class RandomLossWeighting(LossRule):
    """w = softmax(x) with x_k ~ N(0, 1), drawn anew for every batch; the weights sum to 1.

    The n-th draw is a function of the seed and n alone, so a resumed run draws what it would have
    drawn, with XLA or without, on any device. A batch in which a task has no valid pixel
    draws nothing; it trains with the weights of the batch before.

    Use it as a baseline: on average it is the mean of the losses with noise in its gradient. A
    weighting that cannot beat it has not found anything in the losses.

    Args:
        seed: A whole number >= 0.

    Raises:
        ConfigError: The seed is something else.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.RandomLossWeighting(seed=1)])

    Reference:
        Lin et al., Reasonable Effectiveness of Random Weighting: A Litmus Test for Multi-Task
        Learning, TMLR 2022. The uniform numbers are those of Wichmann and Hill, Algorithm AS 183,
        1982.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        check_whole("seed", seed, least=0)
        self.seed = int(seed)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        # `keras.random` draws other numbers under XLA. All products of this generator are below
        # 2^24, so float32 computes it exactly everywhere. Each task has two streams of its own.
        size = (3, 2, len(tasks))
        start = np.random.default_rng(self.seed).integers(1, int(min(_MODULI)), size)
        self._numbers = state.add_state("random_numbers", start.astype("float32"))

    def rule(self, losses: Tensor) -> Tensor:
        moduli = ops.reshape(_MODULI, (3, 1, 1))
        uniform = ops.mod(ops.sum(self._next() / moduli, axis=0), 1.0)
        # Box and Muller: two uniform numbers make a normal one.
        radius = ops.sqrt(-2.0 * ops.log(ops.maximum(uniform[0], 1e-7)))
        return ops.softmax(radius * ops.cos(2.0 * math.pi * uniform[1]))

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        old = ops.convert_to_tensor(self._numbers)
        self._numbers.assign(ops.where(usable, self._next(), old))

    def _next(self) -> Tensor:
        multipliers, moduli = (ops.reshape(each, (3, 1, 1)) for each in (_MULTIPLIERS, _MODULI))
        return ops.mod(multipliers * ops.convert_to_tensor(self._numbers), moduli)
