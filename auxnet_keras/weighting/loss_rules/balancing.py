"""Task weight balancing (TWB): each task is weighted by the losses of the others."""

import functools
import operator
from collections.abc import Mapping, Sequence

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.arguments import check_below_one
from auxnet_keras.weighting.base import TaskWeighting

_TINY = 1e-30  # below any loss, above float32's smallest normal number


class TaskWeightBalancing(TaskWeighting):
    """Weights recomputed after every batch t from its unweighted losses, used for the next batch.

        target_main = L_aux(t),  target_aux = L_main(t)
        lambda <- momentum * lambda + (1 - momentum) * target,  lambda(0) = 1

    lambda does not change on a batch in which a task has no valid pixel or a loss overflows. A task
    with valid pixels still trains, with its current weight.

    `mode="product"` instead differentiates the closed form of the same batch, L = 2 L_main L_aux.
    For TWB both modes point in the same direction (the closed form's gradient is twice as long);
    for FTWB they do not.

    The paper has two tasks. For K of them we generalise the closed form, the product of all losses:
    target_k = prod_j≠k L_j, and `mode="product"` differentiates K prod_k L_k.

    As training succeeds, the product of falling losses shrinks by orders of magnitude, the more so
    the more tasks there are. Adam's second moment still remembers the large early gradients and
    throttles the step. `normalize=True` divides the current weights by their mean and keeps their
    ratio.

    Use it to balance losses of different size without tuning a ratio. With Adam and long
    training, use `normalize=True`.

    Args:
        momentum: Momentum of the moving average, in [0, 1); by default 0.9, or 0 with
            `mode="product"`. 0 is Algorithm 1 as printed.
        mode: `"detached"` (the gradient treats weights as constants) or `"product"`.
        normalize: Divide the current weights by their mean.

    Raises:
        ConfigError: The momentum is outside [0, 1), the mode is unknown, or `"product"` has a
            momentum.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.TaskWeightBalancing()])

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, Algorithm 1 and section 3.2.
    """

    def __init__(
        self, momentum: float | None = None, *, mode: str = "detached", normalize: bool = False
    ) -> None:
        super().__init__()
        if mode not in ("detached", "product"):
            raise unknown("mode", mode, ("detached", "product"))
        if mode == "product" and momentum:
            raise ConfigError(
                "mode='product' differentiates the losses of one batch, so there is nothing to "
                f"average. Leave momentum out or pass 0. Received: momentum={momentum}."
            )
        if momentum is None:
            momentum = 0.9 if mode == "detached" else 0.0
        check_below_one("momentum", momentum)
        self.momentum = float(momentum)
        self.mode = mode
        self.normalize = normalize

    def targets(self, losses: Sequence[Tensor]) -> list[Tensor]:
        """The target of each task for a batch with these losses, the main one first."""
        return [product_without(losses, k) for k in range(len(losses))]

    def effective_weights(self) -> Tensor:
        return self._normalized(super().effective_weights())

    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        detached = super().total(losses)
        if self.mode == "detached":
            return detached
        means = [losses[task].mean for task in self.tasks]
        targets = ops.stack(self.targets(means))
        # Without detaching, the sum of target_k L_k is the closed form: 2 Ls Ld or (Ls + 1) Ls Ld.
        product = ops.sum(self._normalized(targets) * ops.stack(means))
        # A product with the loss of an absent task would not train anything.
        return ops.where(self._all_present(losses), product, detached)

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        means = [ops.stop_gradient(losses[task].mean) for task in self.tasks]
        target = ops.stack(self.targets(means))
        old = ops.convert_to_tensor(self.values)
        new = self.momentum * old + (1.0 - self.momentum) * target
        usable = ops.logical_and(self._all_present(losses), ops.all(ops.isfinite(target)))
        self.values.assign(ops.where(usable, new, old))

    def _all_present(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        return ops.all(ops.stack([losses[task].present for task in self.tasks]))

    def _normalized(self, weights: Tensor) -> Tensor:
        if not self.normalize:
            return weights
        return weights / ops.stop_gradient(ops.maximum(ops.mean(weights), _TINY))


def product_without(losses: Sequence[Tensor], left_out: int) -> Tensor:
    """The product of all losses but one."""
    others = (loss for k, loss in enumerate(losses) if k != left_out)
    return functools.reduce(operator.mul, others)
