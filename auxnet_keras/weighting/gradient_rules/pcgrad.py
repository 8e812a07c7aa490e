"""PCGrad: each gradient without the parts that oppose the others, summed."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines
from auxnet_keras.weighting.gradient_rules.solvers.orders import RandomOrders, following


class PCGrad(GradientWeighting):
    """Projects each task's gradient on the normal plane of every gradient that opposes it.

        for each i, for j != i in random order:
            if g_i' . g_j < 0:  g_i' <- g_i' - (g_i' . g_j / || g_j ||^2) g_j;    d = sum_i g_i'.

    For two tasks there is no order, and the weights are

        lambda_i = 1 + max(0, - g_1 . g_2 / || g_i ||^2).

    For two tasks, d raises no loss to first order; for more, a later projection may undo an earlier
    one. Without conflicts the weights are 1. Opposite gradients cancel: nothing trains.

    Use it if tasks conflict only now and then: until they do, it is the plain sum. For three and
    more tasks, `UPGrad` promises more.

    Args:
        seed: Of the random orders, for three and more tasks; a whole number >= 0.
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"sum"`.

    Raises:
        ConfigError: A `seed` that is not a whole number >= 0; otherwise as `GradientWeighting`.
            When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.PCGrad()])

    Reference:
        Yu et al., Gradient Surgery for Multi-Task Learning, NeurIPS 2020, Algorithm 1. The authors'
        program visits the others in a fixed order.
    """

    default_reduction = "sum"

    def __init__(
        self,
        seed: int = 0,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        check_whole("seed", seed, least=0)
        self.seed = int(seed)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._orders = RandomOrders(self.seed, len(tasks))
        self._order = state.add_state("order", 0.0)

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        number = ops.convert_to_tensor(self._order)
        self._order.assign(ops.where(usable, following(number), number))

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        if gram.shape[0] == 2:
            return two_tasks(gram)
        return any_tasks(gram, self._orders.at(ops.convert_to_tensor(self._order)))


def two_tasks(gram: Tensor) -> Tensor:
    """The weights [2] without a loop."""
    lengths, cosines = lengths_and_cosines(gram)
    return 1.0 + ops.maximum(-cosines[0, 1], 0.0) * ops.flip(lengths) / lengths


def any_tasks(gram: Tensor, orders: Tensor) -> Tensor:
    """The weights [K].

    Args:
        gram: M [K, K].
        orders: The other tasks [K, K - 1] in the order in which each task meets them.
    """
    count = gram.shape[0]
    lengths, cosines = lengths_and_cosines(gram)
    mixed = ops.eye(count, dtype=gram.dtype)  # row i: g_i' / || g_i || in terms of unit gradients
    for turn in range(count - 1):
        other = orders[:, turn]
        along = ops.sum(mixed * ops.take(cosines, other, axis=0), axis=1)
        opposed = ops.minimum(along, 0.0)[:, None]
        mixed -= opposed * ops.one_hot(other, count, dtype=gram.dtype)
    return ops.sum(mixed * lengths[:, None] / lengths[None, :], axis=0)
