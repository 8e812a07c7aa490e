"""Priority-constrained descent: the main gradient, bent until the auxiliary tasks gain a little."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.arguments import check_below_one
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.solvers.cosines import lengths_and_cosines
from auxnet_keras.weighting.gradient_rules.solvers.dual_cone import multipliers

_MARGIN = 1e-5
"""Relative: what float32 cannot tell from a step that does not lower the main loss."""


class PriorityDescent(GradientWeighting):
    """The step nearest to the main gradient that also lowers every auxiliary loss by a share.

    Gradients are divided by a moving root mean square of their length, h_k = s_k g_k. Then

        d = argmin || d - h_m ||^2 / 2   subject to   h_a . d >= share || h_a ||^2   for all a,

    scaled to the length of g_m. So w_m = s_m z and w_a = mu_a s_a z, where mu >= 0 are the
    multipliers and z = || g_m || / || d ||; with one auxiliary task

        mu_a = max(0, share - h_a . h_m / (h_a . h_a)).

    An auxiliary task that gains enough from the main gradient has no weight at all. As in the
    published program, s_k = 1 / sqrt(mean square + 1e-8): gradients shorter than 1e-4 are compared
    with the lengths that they have.

    Promise to the main task: d . g_m > 0, to first order its loss falls. The published rule does
    not keep it: where gradients are opposite (with one auxiliary task, cosine below about -0.99),
    d points against g_m, and the scaling makes a full step of it. Where that happens, or the
    constraints contradict each other, this class takes the step of the main task alone, d = g_m.
    If a task has no gradient on a batch, the others train with a weight of 1, without a promise.

    Use it if the main task has priority and the auxiliary one must not be forgotten. Its head
    trains in any case.

    Args:
        share: tau, which share of its own step an auxiliary task must gain, in [0, 1).
        average: Of the squared lengths, in [0, 1).
        parameters, momentum, reduction: As in `GradientWeighting`.

    Raises:
        ConfigError: A number outside its range.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.PriorityDescent(share=0.1)])

    Reference:
        PCD, Transactions on Machine Learning Research, 2026, Definitions 4.1 and 4.5.
    """

    default_reduction = "sum"

    def __init__(
        self,
        share: float = 0.02,
        average: float = 0.999,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        check_below_one("share", share)
        check_below_one("average", average)
        self.share = float(share)
        self.average = float(average)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._squares = state.add_state("squares", [0.0] * len(tasks))
        self._steps = state.add_state("squares_steps", 0.0)

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        old, steps = (ops.convert_to_tensor(each) for each in (self._squares, self._steps))
        new = self.average * old + (1.0 - self.average) * ops.diagonal(gram)
        self._squares.assign(ops.where(usable, new, old))
        self._steps.assign(ops.where(usable, steps + 1.0, steps))

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        squares, steps = (ops.convert_to_tensor(each) for each in (self._squares, self._steps))
        scales = 1.0 / ops.sqrt(squares / (1.0 - self.average**steps) + 1e-8)
        scaled = gram * scales[:, None] * scales[None, :]
        main, along, among = scaled[0, 0], scaled[0, 1:], scaled[1:, 1:]
        own = ops.diagonal(among)
        lengths, cosines = lengths_and_cosines(among)
        missing = (along - self.share * own) / lengths
        mu = multipliers(cosines, missing[None, :])[0] / lengths
        bent = ops.sum(mu * along)
        pushed = ops.sum(among * mu[None, :], axis=1)
        length = main + 2.0 * bent + ops.sum(mu * pushed)  # || d ||^2
        gain = main + bent  # d . h_m
        falls = gain > _MARGIN * (main + ops.sum(mu * ops.abs(along)))
        slack = (0.05 * self.share + _MARGIN) * own + _MARGIN * lengths * ops.sqrt(main)
        feasible = ops.all(along + pushed >= self.share * own - slack)
        kept = ops.logical_and(ops.logical_and(falls, feasible), length > 0)
        size = ops.sqrt(gram[0, 0] / ops.where(kept, length, 1.0))
        weights = size * scales * ops.concatenate([ops.ones((1,)), mu])
        alone = ops.one_hot(0, len(self.tasks), dtype="float32")
        return ops.where(kept, weights, alone)
