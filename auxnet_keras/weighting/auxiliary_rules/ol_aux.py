"""OL-AUX: auxiliary weights that follow the agreement of the gradients over several batches."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import unknown
from auxnet_keras.weighting.arguments import check_above_zero
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

MEASURES = ("cosine", "log")
_TINY = 1e-30


class OLAux(GradientWeighting):
    """Raises the weight of an auxiliary task whose gradient agrees with that of the main task.

    On every `batches`-th batch, which then trains with the new weights, for every auxiliary task a,

        w_a <- max(0, w_a + step_size * sum_t s_a(t)),   w_a(0) = 1,   w_m = 1,

    where s_a is the cosine of g_a and the main task's g_m, or, with `measure="log"`, the product
    of the gradients of log L_a and log L_m, g_a . g_m / (L_a L_m). The paper has g_a . g_m itself
    (and the network's learning rate as a factor): how much a step along g_a lowers the main loss,
    to first order. Its size depends on the units of both losses, so no step size suits two
    problems. The clamp at 0 is not in the paper, which lets the weight become negative.

    Promise to the main task: none for a single batch. A weight falls as long as its task's gradient
    opposes the main one on average, and then stays at 0 until it agrees again.

    Use it if the auxiliary task helps at first and hurts later. An agreement that lasts raises the
    weight without bound; with `measure="log"`, so can a single batch with long gradients.

    Args:
        step_size: beta, positive.
        batches: How many batches to sum before the weights change; 5 in the paper.
        measure: `"cosine"` or `"log"`.
        parameters, momentum, reduction: As in `GradientWeighting`.

    Raises:
        ConfigError: An unknown measure, a step size that is not positive, or `batches` below 1.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.OLAux(step_size=0.05)])

    Reference:
        Lin et al., Adaptive Auxiliary Task Weighting for Reinforcement Learning, NeurIPS 2019
        (OL-AUX-5). The cosine is that of the ForkMerge program (Jiang et al., NeurIPS 2023).
    """

    default_reduction = "sum"
    learned = True

    def __init__(
        self,
        step_size: float = 0.01,
        batches: int = 5,
        measure: str = "cosine",
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        check_above_zero("step_size", step_size)
        check_whole("batches", batches, least=1)
        if measure not in MEASURES:
            raise unknown("measure", measure, MEASURES)
        self.step_size = float(step_size)
        self.batches = int(batches)
        self.measure = measure

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._sums = state.add_state("agreement", [0.0] * (len(tasks) - 1))
        self._count = state.add_state("agreement_batches", 0.0)
        self._learned = state.add_state("learned", [1.0] * (len(tasks) - 1))

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        if self.measure == "cosine":
            norms = ops.sqrt(ops.diagonal(gram))
            agreement = gram[0, 1:] / norms[1:] / norms[0]
        else:
            agreement = gram[0, 1:] / losses[1:] / losses[0]
            usable = ops.logical_and(usable, ops.all(losses > _TINY))
        sums, count, old = (
            ops.convert_to_tensor(each) for each in (self._sums, self._count, self._learned)
        )
        summed = sums + agreement
        moved = ops.maximum(old + self.step_size * summed, 0.0)
        usable = ops.logical_and(usable, ops.all(ops.isfinite(moved)))
        due = count + 1.0 >= self.batches
        new = ops.where(ops.logical_and(usable, due), moved, old)
        summed = ops.where(usable, ops.where(due, 0.0, summed), sums)
        count = ops.where(usable, ops.where(due, 0.0, count + 1.0), count)
        for variable, value in zip(
            (self._sums, self._count, self._learned), (summed, count, new), strict=True
        ):
            variable.assign(value)

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return ops.concatenate([ops.ones((1,)), ops.convert_to_tensor(self._learned)])
