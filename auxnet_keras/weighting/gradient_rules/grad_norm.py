"""GradNorm: gradients of equal length, longer for tasks that learn slowly."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.adam import Adam
from auxnet_keras.weighting.arguments import check_above_zero, check_not_negative
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

_TINY = 1e-30
_LEAST = 1e-3
"""The smallest weight before they are normalised: the paper's steps may lead below 0."""


class GradNorm(GradientWeighting):
    """Learns weights with which every task's gradient has its share of the mean length.

        G_k = w_k || g_k ||,   r_k = (L_k / L_k(0)) / mean_j (L_j / L_j(0)),
        w <- w - Adam(d/dw sum_k | G_k - mean(G) r_k^alpha |),   then scaled to sum_k w_k = K,

    where g_k is the gradient at the last shared layer, and the target mean(G) r_k^alpha counts as
    constant. The derivative is then sign(G_k - target_k) || g_k ||, so no second-order gradient is
    needed. A task whose loss has fallen less than the others' (r_k > 1) gets a longer gradient;
    with alpha = 0 all get the same length, w_k ~ 1 / || g_k ||.

    L_k(0) is the loss of the first batch on which every task has one. A batch trains with the
    weights that it has updated. A task's own head gets its gradient unweighted (in the paper,
    weighted). A weight stays above 0.001 before the scaling. There is no promise for any task.

    Use it for tasks of equal rank whose losses have different scales and rates of progress. It
    needs a few hundred batches: a weight moves by about `learning_rate` per batch at most. After a
    batch with very long gradients, Adam hardly moves the weights for thousands of batches.

    Args:
        alpha: How strongly a slow task is favoured, 0 or more. The paper has 1.5 for NYU and 0.12
            for its toy example.
        learning_rate: Of Adam on the weights. The paper has 0.025.
        parameters, momentum, reduction: As in `GradientWeighting`.

    Raises:
        ConfigError: `alpha` is negative, or the learning rate is not positive.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.GradNorm(alpha=0.5)])

    Reference:
        Chen et al., GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask
        Networks, ICML 2018, Eq. 1-2 and Algorithm 1.
    """

    default_reduction = "sum"
    learned = True

    def __init__(
        self,
        alpha: float = 1.5,
        learning_rate: float = 0.025,
        *,
        parameters: str = "last",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)
        check_not_negative("alpha", alpha)
        check_above_zero("learning_rate", learning_rate)
        self.alpha = float(alpha)
        self.learning_rate = float(learning_rate)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._first = state.add_state("first_losses", [0.0] * len(tasks))
        self._learned = state.add_state("learned", [1.0] * len(tasks))
        self._adam = Adam(state, len(tasks), self.learning_rate)

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        usable = ops.logical_and(usable, ops.all(losses > _TINY))
        first, old = (ops.convert_to_tensor(each) for each in (self._first, self._learned))
        first = ops.where(ops.logical_and(usable, first == 0), losses, first)
        norms = ops.sqrt(ops.diagonal(gram))
        lengths = old * norms
        left = losses / ops.where(first > 0, first, 1.0)
        target = ops.mean(lengths) * (left / ops.maximum(ops.mean(left), _TINY)) ** self.alpha
        slope = ops.sign(lengths - target) * norms
        moved = ops.maximum(old - self._adam.change(slope, usable), _LEAST)
        moved = moved * len(self.tasks) / ops.sum(moved)
        self._learned.assign(ops.where(usable, moved, old))
        self._first.assign(first)

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return ops.copy(ops.convert_to_tensor(self._learned))
