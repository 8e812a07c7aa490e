"""MetaBalance: at every variable, auxiliary gradients about as long as the main one."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.weighting.arguments import check_below_one
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

STRATEGIES = ("shorten", "lengthen", "both")


class MetaBalance(GradientWeighting):
    """Scales the auxiliary gradient, at every shared variable, towards the main one's length.

    With a moving average n_k <- average n_k + (1 - average) || g_k || for each task and variable,

        w_m = 1,   w_a = relax n_m / n_a + (1 - relax),

    for `strategy="both"`; `"shorten"` does so only where n_a > n_m, `"lengthen"` only where
    n_a < n_m, and w_a = 1 elsewhere. The averages need no correction for their start at 0, which
    cancels. On a batch where a task has no gradient at a variable, it has the weight 1 there.

    The logged weights are means over the variables, each counted with the squared norm of the
    task's gradient there.

    Promise to the main task: with `relax=1`, `average=0`, one auxiliary task and a strategy that
    shortens, the auxiliary gradient is nowhere longer than the main one, so that no variable's part
    of the step raises the main loss to first order. Otherwise none: lengths are limited, directions
    are not, and with less relax a much longer auxiliary gradient still outweighs the main one.

    Use it if the auxiliary gradient is much longer or shorter than the main one, differently in
    different layers, as with losses in different units. It has one knob, `relax`.

    Args:
        relax: r in [0, 1]; 0 leaves the gradients as they are.
        strategy: `"shorten"`, `"lengthen"` or `"both"` (the paper's A, B and C).
        average: Of the norms, in [0, 1).
        momentum, reduction: As in `GradientWeighting`.

    Raises:
        ConfigError: An unknown strategy, or a number outside its range.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.MetaBalance(relax=0.5)])

    Reference:
        He et al., MetaBalance: Improving Multi-Task Recommendations via Adapting Gradient
        Magnitudes of Auxiliary Tasks, WWW 2022. Defaults as in the authors' program, which has
        strategy C alone.
    """

    default_reduction = "sum"
    per_variable = True

    def __init__(
        self,
        relax: float = 0.7,
        strategy: str = "both",
        average: float = 0.9,
        *,
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(momentum=momentum, reduction=reduction)
        if not isinstance(relax, int | float) or not 0.0 <= relax <= 1.0:
            raise ConfigError(f"relax must be in [0, 1]. Received: {relax!r}.")
        if strategy not in STRATEGIES:
            raise unknown("strategy", strategy, STRATEGIES)
        check_below_one("average", average)
        self.relax = float(relax)
        self.strategy = strategy
        self.average = float(average)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._norms = state.add_state("norms", [[0.0] * len(tasks)] * self.variables)

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        old = ops.convert_to_tensor(self._norms)
        new = self.average * old + (1.0 - self.average) * _norms(gram)
        self._norms.assign(ops.where(usable, new, old))

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        norms = ops.convert_to_tensor(self._norms)
        # Its weight has no effect on a gradient of 0, but would grow with every such batch.
        known = ops.logical_and(norms > 0, _norms(gram) > 0)
        ratio = ops.where(known, norms[:, :1] / ops.where(known, norms, 1.0), 1.0)
        if self.strategy == "shorten":
            ratio = ops.minimum(ratio, 1.0)
        elif self.strategy == "lengthen":
            ratio = ops.maximum(ratio, 1.0)
        return self.relax * ratio + (1.0 - self.relax)


def _norms(gram: Tensor) -> Tensor:
    """[V, K]."""
    return ops.sqrt(ops.diagonal(gram, axis1=1, axis2=2))
