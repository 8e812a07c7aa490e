"""FairGrad: the step that is alpha-fair to the losses' decreases."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.nash import two_tasks
from auxnet_keras.weighting.gradient_rules.solvers.fair import ROUNDS, fair

_LARGEST = 10.0  # beyond it the damped steps take longer than their fixed number
_MORE_ROUNDS = 64  # for powers that are far from 1
_ROUNDING = 1e-3  # share of its parts by which the decrease of a loss may be negative


class FairGrad(GradientWeighting):
    """The step d whose decreases of the losses, g_i . d, are alpha-fair.

        M lambda = lambda^(-1/alpha)   (each component),   lambda_i > 0.

    alpha near 0 gives equal weights, 1 is `NashMTL`, and as alpha grows the slowest loss counts
    most: the direction tends to MGDA's where that is inside the hull. d raises no loss to first
    order. Only for alpha = 1 do the gradients' lengths not matter to its direction.

    As gradients come to cancel, all weights are reduced by one factor, as in `NashMTL`: where
    || d ||^2 < sum_i || lambda_i g_i ||^2 / 30^2. For three and more tasks, alpha above 2 and
    lengths in ratios of thousands, float32 may not find the weights; such a batch trains with those
    of the batch before.

    Use it to choose between the sum (small alpha) and the slowest task (large alpha) with one
    number.

    Args:
        alpha: In (0, 10].
        parameters, momentum, reduction: See `GradientWeighting`; by default `"shared"`, 0 and
            `"sum"`.

    Raises:
        ConfigError: An `alpha` outside (0, 10]; otherwise as `GradientWeighting`. When attached:
            the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.FairGrad(alpha=2.0)])

    Reference:
        Ban & Ji, Fair Resource Allocation in Multi-Task Learning, ICML 2024, Eq. 4. The authors'
        program multiplies d by K and cuts it to a norm of 1; it uses alpha = 2 for dense tasks.
    """

    default_reduction = "sum"

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        if not isinstance(alpha, int | float) or not 0.0 < alpha <= _LARGEST:
            raise ConfigError(f"alpha must be in (0, {_LARGEST:g}]. Received: {alpha!r}.")
        self.alpha = float(alpha)

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        if self.alpha == 1.0 and gram.shape[0] == 2:
            return two_tasks(gram)
        found = fair(gram, self.alpha, ROUNDS if 0.5 <= self.alpha <= 2.0 else _MORE_ROUNDS)
        gains, parts = (ops.sum(each * found, axis=1) for each in (gram, ops.abs(gram)))
        return ops.where(ops.all(gains > -_ROUNDING * parts), found, float("nan"))
