"""Gradient gates: the auxiliary gradient counts as far as it agrees with the main one."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import unknown
from auxnet_keras.weighting.arguments import check_below_one
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

MODES = ("unweighted", "weighted", "project")


class GradientGate(GradientWeighting):
    """Lets an auxiliary gradient through where it does not oppose that of the main task.

    With the cosine c_a of g_a and the main task's g_m, for every auxiliary task a on its own:

        unweighted   w_m = 1,  w_a = 1 if c_a > 0, else 0
        weighted     w_m = 1,  w_a = max(0, c_a)
        project      w_a = 1,  w_m = 1 + sum_a max(0, -g_a . g_m) / (g_m . g_m)

    `project` removes from g_a its part against g_m and keeps the rest; g_m is never changed.
    An auxiliary task's own head always trains, so that it can follow the encoder.

    Promise to the main task: d . g_m >= g_m . g_m for the sum d of the weighted gradients. To first
    order, a step of SGD lowers the main loss at least as much as the main task alone would. With an
    average, the promise holds for the averaged cosine, not for every batch. If a task has no
    gradient on a batch, nothing is gated: the other tasks train with a weight of 1.

    Use it as the first rule to try if the auxiliary task seems to hurt: it has nothing to tune.
    With small batches the cosine is noisy; average it, or the gate opens and closes at random.

    Args:
        mode: See above.
        average: Moving average of the cosine, in [0, 1): c <- average c + (1 - average) c_new. It
            starts at the first c_new.
        parameters, momentum, reduction: As in `GradientWeighting`.

    Raises:
        ConfigError: An unknown mode, or an average outside [0, 1).

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.GradientGate("project")])

    Reference:
        Du et al., Adapting Auxiliary Losses Using Gradient Similarity, 2018 (unweighted and
        weighted). Yu et al., Gradient Surgery for Multi-Task Learning, NeurIPS 2020, with the
        main task first (project).
    """

    default_reduction = "sum"

    def __init__(
        self,
        mode: str = "unweighted",
        average: float = 0.0,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        if mode not in MODES:
            raise unknown("mode", mode, MODES)
        check_below_one("average", average)
        self.mode = mode
        self.average = float(average)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._cosines = state.add_state("cosines", [0.0] * (len(tasks) - 1))
        self._seen = state.add_state("cosines_seen", 0.0)

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        old, seen = (ops.convert_to_tensor(each) for each in (self._cosines, self._seen))
        norms = ops.sqrt(ops.diagonal(gram))
        cosines = ops.clip(gram[0, 1:] / norms[1:] / norms[0], -1.0, 1.0)
        mixed = self.average * old + (1.0 - self.average) * cosines
        new = ops.where(seen > 0, mixed, cosines)
        self._cosines.assign(ops.where(usable, new, old))
        self._seen.assign(ops.where(usable, 1.0, seen))

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        cosines = ops.copy(ops.convert_to_tensor(self._cosines))
        if self.mode == "project":
            norms = ops.sqrt(ops.diagonal(gram))
            main = 1.0 + ops.sum(ops.maximum(-cosines, 0.0) * norms[1:] / norms[0])
            return ops.concatenate([main[None], ops.ones_like(cosines)])
        open_ = ops.cast(cosines > 0, "float32")
        gates = open_ if self.mode == "unweighted" else ops.maximum(cosines, 0.0)
        return ops.concatenate([ops.ones((1,)), gates])
