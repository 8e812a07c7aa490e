"""Smooth Tchebycheff scalarization (STCH): most weight for the task that is furthest behind."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.weighting.arguments import check_above_zero
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.loss_rules.base import LossRule


class SmoothTchebycheff(LossRule):
    """L = K mu log sum_k (L_k / z_k)^(1/mu), a smooth maximum of the losses in units of z.

    So w_k = K s_k / L_k with s = softmax(log(L / z) / mu). z_k is the mean loss of the last of
    `warm_up` epochs, during which L = sum_k log L_k, as in `ScaleInvariantLoss`.

    mu = 1, the authors' default, is constant weights: L is then K log sum_k L_k / z_k, whose
    weights are in proportion to 1 / z_k for ever, as in `FirstLossWeights`. mu -> 0 trains only the
    task with the largest L_k / z_k; mu -> infinity stays with `ScaleInvariantLoss`. The default
    here is 0.5, w_k in proportion to L_k / z_k^2, so that the weights do move.

    A batch in which a loss is 0 or below is not part of z; it trains with the weights of the batch
    before. In a fit that ends within the warm-up, the rule is `ScaleInvariantLoss`.

    Use it to keep the tasks at the same progress relative to each other, where the worst one
    matters.

    Args:
        mu: Smoothness > 0.
        warm_up: Number of epochs >= 1 before the rule begins.

    Raises:
        ConfigError: mu is not a finite number above 0, or `warm_up` not a whole number >= 1.

    Example:
        >>> model.fit(train, epochs=40, callbacks=[ak.weighting.SmoothTchebycheff(mu=0.2)])

    Reference:
        Lin et al., Smooth Tchebycheff Scalarization for Multi-Objective Optimization, ICML 2024:
        the form of the authors' program for deep multi-task learning. On raw losses without a
        warm-up, another library has a different method under the same name.
    """

    needs_positive = True

    def __init__(self, mu: float = 0.5, warm_up: int = 4) -> None:
        super().__init__()
        check_above_zero("mu", mu)
        check_whole("warm_up", warm_up, least=1)
        self.mu = float(mu)
        self.warm_up = int(warm_up)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._reference = state.add_state("reference_losses", [0.0] * len(tasks))
        self._batches = state.add_state("reference_batches", 0.0)
        self._epoch = state.add_state("epoch", 0.0)

    def schedule(self, epoch: int) -> None:
        self._epoch.assign(float(epoch))

    def rule(self, losses: Tensor) -> Tensor:
        shares = len(self.tasks) * ops.softmax(self._logs(losses) / self.mu)
        return ops.where(self._warm(), shares, ops.ones_like(shares)) / losses

    def objective(self, losses: Tensor, weights: Tensor) -> Tensor:
        smooth = len(self.tasks) * self.mu * ops.logsumexp(self._logs(losses) / self.mu)
        return ops.where(self._warm(), smooth, ops.sum(ops.log(losses)))

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        epoch = ops.convert_to_tensor(self._epoch)
        old, batches = (ops.convert_to_tensor(v) for v in (self._reference, self._batches))
        counted = ops.logical_and(usable, ops.equal(epoch, float(self.warm_up - 1)))
        new = old + (losses - old) / (batches + 1.0)
        self._reference.assign(ops.where(counted, new, old))
        self._batches.assign(batches + ops.cast(counted, "float32"))

    def _warm(self) -> Tensor:
        """Whether the warm-up is over and has measured z."""
        over = ops.convert_to_tensor(self._epoch) >= self.warm_up
        return ops.logical_and(over, ops.convert_to_tensor(self._batches) > 0)

    def _logs(self, losses: Tensor) -> Tensor:
        """log(L / z) [K]; log L before z is known."""
        reference = ops.convert_to_tensor(self._reference)
        return ops.log(losses) - ops.log(ops.where(reference > 0, reference, 1.0))
