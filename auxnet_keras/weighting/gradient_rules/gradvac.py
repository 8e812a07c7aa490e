"""GradVac: each gradient turned towards the others until their cosine is at least the usual one."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import ConfigError
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines, product
from auxnet_keras.weighting.gradient_rules.solvers.orders import RandomOrders, following

_HIGHEST = 1.0 - 1e-6  # a target of 1 cannot be reached by adding another gradient


class GradVac(GradientWeighting):
    """Adds to each gradient as much of the others as their usual cosine demands (Gradient Vaccine).

    For each i, for j != i in random order, with phi the cosine of g_i' and g_j and t_ij its moving
    average:

        if phi < t_ij:  g_i' <- g_i' + g_j || g_i' || (t_ij sqrt(1 - phi^2) - phi sqrt(1 - t_ij^2))
                                       / (|| g_j || sqrt(1 - t_ij^2)),
        t_ij <- (1 - beta) t_ij + beta phi;    d = sum_i g_i'.

    After a correction the cosine is t_ij. With t = 0, where every t starts, this is PCGrad. For two
    tasks, the weights are 1 + k || g_j || / || g_i ||, k = t sqrt(1 - phi^2) / sqrt(1 - t^2) - phi.

    It promises nothing: of tasks that usually oppose each other (t < 0) it leaves the conflict as
    it is, and between tasks that usually agree it adds more of the shorter gradient than PCGrad
    does, so that a sudden conflict may raise the loss of the longer one.

    Use it for tasks that agree most of the time. Weights grow quickly if tasks that always agreed
    suddenly do not.

    Args:
        beta: Share of the newest cosine in the average, in [0, 1]; 0 is PCGrad.
        seed: Of the random orders, for three and more tasks; a whole number >= 0.
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"sum"`.

    Raises:
        ConfigError: A `beta` outside [0, 1] or a `seed` that is not a whole number >= 0; otherwise
            as `GradientWeighting`. When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.GradVac(beta=0.5)])

    Reference:
        Wang et al., Gradient Vaccine, ICLR 2021, Algorithm 1 and Eq. 4 and 5, with one group of all
        shared parameters. Public libraries use beta = 0.5, the paper 0.01.
    """

    default_reduction = "sum"

    def __init__(
        self,
        beta: float = 0.01,
        seed: int = 0,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        if not isinstance(beta, int | float) or not 0.0 <= beta <= 1.0:
            raise ConfigError(f"beta must be in [0, 1]. Received: {beta!r}.")
        self.beta = float(beta)
        check_whole("seed", seed, least=0)
        self.seed = int(seed)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._orders = RandomOrders(self.seed, len(tasks))
        self._order = state.add_state("order", 0.0)
        zeros = [[0.0] * len(tasks)] * len(tasks)
        self._targets = state.add_state("targets", zeros)
        # `rule` needs the targets from before this batch, so its cosines join them in the next one.
        self._newest = state.add_state("newest_cosines", zeros)

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        number = ops.convert_to_tensor(self._order)
        targets = ops.convert_to_tensor(self._targets)
        newest = ops.convert_to_tensor(self._newest)
        following_number = ops.where(usable, following(number), number)
        moved = ops.where(usable, targets + self.beta * (newest - targets), targets)
        _, seen = vaccinated(gram, moved, self._orders.at(following_number))
        seen = ops.where(usable, seen, newest)
        self._order.assign(following_number)
        self._targets.assign(moved)
        self._newest.assign(seen)

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        order = self._orders.at(ops.convert_to_tensor(self._order))
        return vaccinated(gram, ops.convert_to_tensor(self._targets), order)[0]


def vaccinated(gram: Tensor, targets: Tensor, orders: Tensor) -> tuple[Tensor, Tensor]:
    """The weights [K], and the cosines [K, K] of g_i' and g_j before each correction.

    Args:
        gram: M [K, K].
        targets: t [K, K].
        orders: The other tasks [K, K - 1] in the order in which each task meets them.
    """
    count = gram.shape[0]
    lengths, cosines = lengths_and_cosines(gram)
    targets = ops.clip(targets, -_HIGHEST, _HIGHEST)
    mixed = ops.eye(count, dtype=gram.dtype)  # row i: g_i' / || g_i || in terms of unit gradients
    seen = ops.zeros_like(mixed)
    for turn in range(count - 1):
        other = ops.one_hot(orders[:, turn], count, dtype=gram.dtype)
        along = product(mixed, cosines)
        length = ops.sqrt(ops.maximum(ops.sum(along * mixed, axis=1), 0.0))
        cosine = ops.sum(along * other, axis=1) / ops.where(length > 0, length, 1.0)
        cosine = ops.clip(cosine, -1.0, 1.0)
        target = ops.sum(targets * other, axis=1)
        turned = target * ops.sqrt((1.0 - cosine * cosine) / (1.0 - target * target)) - cosine
        added = ops.where(cosine < target, turned * length, 0.0)
        mixed += added[:, None] * other
        seen += cosine[:, None] * other
    return ops.sum(mixed * lengths[:, None] / lengths[None, :], axis=0), seen
