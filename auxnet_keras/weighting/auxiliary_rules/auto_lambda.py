"""Auto-Lambda: weights that lower the main loss after the step, on samples that do not train."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.weighting.adam import Adam
from auxnet_keras.weighting.arguments import check_above_zero
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting


class AutoLambda(GradientWeighting):
    """Learns weights by gradient descent on the main loss after a step with them.

    Every batch is split: the first part trains, the last `held_out` share of it only judges.
    With theta' = theta - eta sum_i w_i g_i, a step of plain SGD with the current weights,

        d L_main(theta'; held out) / d w_i = -eta g_i . grad L_main(theta'; held out)

    because w enters theta' linearly: no second-order gradient and no difference quotient as in
    the authors' program. w then takes a step of Adam (on which the factor eta has no effect), and
    the new w train the network. The main task's own weight is learned, too. The heads take their
    unweighted gradients in both steps, so only shared parameters count in the product.

    It costs two forward passes over half a batch each, and one backward pass more than there are
    tasks. The forward pass at theta' assigns nothing: BatchNormalization's statistics move once.
    The logged losses are those of the part that trains. A batch of one sample serves as both. On
    several replicas each holds out a share of its own samples.

    Promise to the main task: none for a step. The weights follow its held-out loss, at the pace of
    their learning rate; unless clamped, they may become negative.

    Use it for several auxiliary tasks of unknown value, in long trainings: from 0.1, a weight needs
    about 1,000 batches to reach 0 with the default rate. The weights are not normalised, so that
    under SGD they act as a learning rate (at the start, a tenth of it).

    Args:
        learning_rate: Of Adam on the weights.
        start: w(0) of all tasks.
        held_out: Share of each batch, in (0, 1), rounded down to samples, but at least one.
        clamp: Keep w >= 0.
        momentum, reduction: As in `GradientWeighting`.

    Raises:
        ConfigError: A number outside its range.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.AutoLambda(learning_rate=1e-3)])

    Reference:
        Liu et al., Auto-Lambda: Disentangling Dynamic Task Relationships, TMLR 2022; start and
        learning rate as for NYUv2 there.
    """

    default_reduction = "sum"
    learned = True

    def __init__(
        self,
        learning_rate: float = 1e-4,
        start: float = 0.1,
        held_out: float = 0.5,
        clamp: bool = False,
        *,
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(momentum=momentum, reduction=reduction)
        check_above_zero("learning_rate", learning_rate)
        check_above_zero("start", start)
        if not isinstance(held_out, int | float) or not 0.0 < held_out < 1.0:
            raise ConfigError(f"held_out must be between 0 and 1. Received: {held_out!r}.")
        self.learning_rate = float(learning_rate)
        self.start = float(start)
        self.held_out = float(held_out)
        self.clamp = bool(clamp)

    def initial(self, tasks: tuple[str, ...]) -> list[float]:
        return [self.start * one for one in super().initial(tasks)]

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self._learned = state.add_state("learned", [self.start] * len(tasks))
        self._adam = Adam(state, len(tasks), self.learning_rate)

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        # Without a look ahead, a square matrix: theta' = theta and the main task is the column 0.
        ahead = gram[:, -1] if gram.shape[1] > len(self.tasks) else gram[:, 0]
        measured = ops.any(ahead != 0)  # a held-out part without main labels has no gradient
        old = ops.convert_to_tensor(self._learned)
        new = old - self._adam.change(-ahead, ops.logical_and(usable, measured))
        self._learned.assign(ops.maximum(new, 0.0) if self.clamp else new)

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return ops.copy(ops.convert_to_tensor(self._learned))
