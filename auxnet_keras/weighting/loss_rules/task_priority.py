"""Dynamic task priority (DTP): a focal weight for the task that is doing badly."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.arguments import check_below_one, check_not_negative
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.loss_rules.base import LossRule

_SMALLEST_KPI = 1e-3  # the weight of a failing task is then at most 6.9


class DynamicTaskPriority(LossRule):
    """w_k = -(1 - kbar_k)^gamma log kbar_k, where kbar_k in (0, 1) says how well task k does.

        kappa_k = exp(-L_k / L_k(0)),   kbar <- momentum kbar + (1 - momentum) kappa

    This is not the paper's indicator. The paper takes a metric of the training batch, such as
    the accuracy or the precision, which says how well a task is solved. The one used here needs no
    metric: it says how far a loss has fallen since the first batch, in which it is 1/e for every
    task. So the priority goes to the task with the least progress, not to the one with the worst
    result. Override `indicator` to use a metric of your own.

    kbar is clipped to [0.001, 0.999]. As training succeeds all weights approach 0, like the
    (1 + gamma)-th power of the loss. A batch in which a task has no valid pixel, or a loss of 0 or
    below, changes nothing; it trains with the weights of the batch before.

    Use it to hold a difficult task in focus, with Adam, which forgives weights that shrink.

    Args:
        gamma: Focus >= 0; 0 weighs by -log kbar alone.
        momentum: Of the moving average, in [0, 1); the paper's alpha is 1 - momentum.

    Raises:
        ConfigError: gamma is not a finite number >= 0, or the momentum is outside [0, 1).

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.DynamicTaskPriority(gamma=2.0)])

    Reference:
        Guo et al., Dynamic Task Prioritization for Multitask Learning, ECCV 2018, section 3. There
        is no program by its authors, and the paper leaves both parameters to the reader.
    """

    needs_positive = True

    def __init__(self, gamma: float = 1.0, momentum: float = 0.9) -> None:
        super().__init__()
        check_not_negative("gamma", gamma)
        check_below_one("momentum", momentum)
        self.gamma = float(gamma)
        self.momentum = float(momentum)

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._first = state.add_state("first_losses", [0.0] * len(tasks))
        self._average = state.add_state("indicators", [0.0] * len(tasks))
        self._started = state.add_state("started", 0.0)

    def indicator(self, losses: Tensor) -> Tensor:
        """Kappa [K] of a batch, in [0, 1]; 1 is a solved task."""
        return ops.exp(-losses / self._first_losses(losses))

    def rule(self, losses: Tensor) -> Tensor:
        kpi = ops.clip(self._averaged(losses), _SMALLEST_KPI, 1.0 - _SMALLEST_KPI)
        return -ops.power(1.0 - kpi, self.gamma) * ops.log(kpi)

    def learn(self, losses: Tensor, usable: Tensor) -> None:
        new = (self._averaged(losses), self._first_losses(losses), ops.ones(()))
        variables = (self._average, self._first, self._started)
        for variable, value in zip(variables, new, strict=True):
            variable.assign(ops.where(usable, value, ops.convert_to_tensor(variable)))

    def _averaged(self, losses: Tensor) -> Tensor:
        """The average [K] with this batch, from which it starts if it is the first."""
        now, old = self.indicator(losses), ops.convert_to_tensor(self._average)
        mixed = self.momentum * old + (1.0 - self.momentum) * now
        return ops.where(ops.convert_to_tensor(self._started) > 0, mixed, now)

    def _first_losses(self, losses: Tensor) -> Tensor:
        started = ops.convert_to_tensor(self._started) > 0
        return ops.where(started, ops.convert_to_tensor(self._first), losses)
