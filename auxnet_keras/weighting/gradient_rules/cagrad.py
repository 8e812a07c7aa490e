"""CAGrad: near the mean gradient, the direction in which the slowest loss falls fastest."""

from collections.abc import Callable

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.min_norm import scaled
from auxnet_keras.weighting.gradient_rules.solvers.conflict_averse import by_moves, for_two

Solver = Callable[[Tensor, Tensor, Tensor], Tensor]


class CAGrad(GradientWeighting):
    """The direction within c || g_0 || of the mean gradient g_0 that lowers the slowest loss most.

        d = argmax min_i g_i . d,   || d - g_0 || <= c || g_0 ||
          = g_0 + c || g_0 || g_x / || g_x ||,   g_x = sum_i x_i g_i,
        x = argmin g_x . g_0 + c || g_0 || || g_x ||,   x_i >= 0, sum_i x_i = 1,

    so that lambda_i = 1/K + c || g_0 || x_i / || g_x ||. For two tasks, x has a closed form.

    c = 0 is the mean; as c grows, d turns to MGDA's direction. For c < 1 it still converges to a
    minimum of the mean loss. A loss may still rise: a strong conflict can exceed c. If the mean
    gradient is 0, so is d.

    Use it to speed up the slowest task without giving up the mean loss as the aim.

    Args:
        c: >= 0; the program's 0.4 by default.
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"mean"`.

    Raises:
        ConfigError: A negative `c`; otherwise as `GradientWeighting`. When attached: the tasks
            share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.CAGrad(c=0.2)])

    Reference:
        Liu et al., Conflict-Averse Gradient Descent for Multi-task Learning, NeurIPS 2021,
        Algorithm 1. The authors' program divides d by 1 + c^2 and multiplies it by K.
    """

    def __init__(
        self,
        c: float = 0.4,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        if not isinstance(c, int | float) or not 0.0 <= c < float("inf"):
            raise ConfigError(f"c must be a finite number >= 0. Received: {c!r}.")
        self.c = float(c)

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        if not self.c:
            return ops.full((gram.shape[0],), 1.0 / gram.shape[0], dtype=gram.dtype)
        return conflict_averse(gram, self.c, for_two if gram.shape[0] == 2 else by_moves)


def conflict_averse(gram: Tensor, c: float, solver: Solver = by_moves) -> Tensor:
    """The weights [K].

    Args:
        gram: M [K, K].
        c: Greater than 0.
        solver: `by_moves`, or `for_two`.
    """
    gram = scaled(gram)
    pull = ops.mean(gram, axis=1)  # g_i . g_0
    radius = c * ops.sqrt(ops.maximum(ops.mean(pull), 0.0))
    x = solver(gram, pull, radius)
    length = ops.sqrt(ops.maximum(ops.sum(gram * x[:, None] * x[None, :]), 0.0))
    # If g_x is 0, any length of x gives the same direction.
    longer = ops.where(length > 0, radius / ops.where(length > 0, length, 1.0), radius)
    return 1.0 / gram.shape[0] + longer * x
