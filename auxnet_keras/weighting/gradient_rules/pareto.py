"""Pareto MTL: a descent direction that also keeps the losses near a preferred ratio."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.min_norm import min_norm_in_plane

FIGURE_PREFERENCES = ((0.0, 1.0), (0.38, 0.92), (0.71, 0.71), (0.92, 0.38), (1.0, 0.0))
"""The five preference vectors of Figures 2 to 4 of Yim & Kim 2020, as printed."""

_PHASE_1_EPOCHS = 2
_SAME = 1e-4  # unit vectors this close count as equal: their difference would be noise


class ParetoMTL(GradientWeighting):
    """Descends while the vector of losses stays nearer to one preference vector than to the others.

    With u the unit preference, u_k the unit reference vectors and L the losses of the batch, a
    constraint (u_k - u) . L <= 0 is active if it is violated. The weights are

        phase 1:  lambda = sum_k beta_k (u_k - u)             over the active k,
        phase 2:  lambda = alpha + sum_k beta_k (u_k - u),    scaled to sum_i |lambda_i| = 2,

    with beta >= 0 (and alpha >= 0) that sum to 1 and minimise || sum_i lambda_i g_i || before
    scaling. g_i is the gradient of L_i with respect to all parameters, and the weights apply to all
    parameters. Phase 1 only seeks losses that satisfy the constraints; it ends with the first batch
    without an active constraint, or after two epochs. Weights can be negative.

    **A large component of the preference accepts a large loss on that task**: (0, 1) is the choice
    for the best segmentation. Losses are compared as they are, so their units matter.

    Use it to choose a point on the trade-off between the tasks.

    Args:
        preference: u, in the order (segmentation, depth), whichever of them is the main task;
            (main, auxiliary) for tasks with other names. Any length except 0.
        references: The u_k, in the same order; one equal to the preference adds no constraint.

    Attributes:
        phase: 1 or 2.

    Raises:
        ConfigError: A vector does not have exactly two components, has a negative one or is all
            zeros; no reference differs from the preference.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.ParetoMTL((0.38, 0.92))])

    Reference:
        Lin et al., Pareto Multi-Task Learning, NeurIPS 2019, section 4 and Algorithm 1; the scaling
        and the length of phase 1 follow the authors' program.
    """

    all_parameters = True
    default_reduction = "sum"

    def __init__(
        self,
        preference: Sequence[float] = (0.71, 0.71),
        references: Sequence[Sequence[float]] = FIGURE_PREFERENCES,
        *,
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(momentum=momentum, reduction=reduction)
        self.preference = _unit("preference", preference)
        self.references = [_unit("reference vector", reference) for reference in references]
        differences = np.array(self.references).reshape(-1, 2) - self.preference
        self._differences = differences[np.abs(differences).max(axis=1) > _SAME]
        if not len(self._differences):
            raise ConfigError(
                "Pareto MTL needs at least one reference vector that differs from the preference, "
                "because the preferred region is between them. "
                f"Received: preference={tuple(preference)}, references={tuple(references)}."
            )

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self.feasible = state.add_state("feasible", 0.0)
        self.out_of_time = state.add_state("out_of_time", 0.0)
        swapped = tasks == TASKS[::-1]
        self._constraints = self._differences[:, ::-1] if swapped else self._differences

    @property
    def phase(self) -> int:
        """1 while it seeks losses that satisfy the constraints, then 2."""
        if self.state is None:
            return 1
        return 2 if bool(ops.convert_to_numpy(self._descending())) else 1

    def schedule(self, epoch: int) -> None:
        self.out_of_time.assign(float(epoch >= _PHASE_1_EPOCHS))

    def active(self, losses: Tensor) -> Tensor:
        """Bool [constraints]: whether the losses [2] violate each constraint."""
        constraints = ops.convert_to_tensor(self._constraints, dtype="float32")
        return ops.sum(constraints * losses[None, :], axis=1) > 0

    def _descending(self) -> Tensor:
        """Scalar bool: phase 2."""
        return ops.convert_to_tensor(self.feasible) + ops.convert_to_tensor(self.out_of_time) > 0

    def learn(self, gram: Tensor, losses: Tensor, usable: Tensor) -> None:
        reached = ops.logical_and(usable, ops.logical_not(ops.any(self.active(losses))))
        self.feasible.assign(ops.where(reached, 1.0, ops.convert_to_tensor(self.feasible)))

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        descending = self._descending()
        vectors = np.concatenate([np.eye(2), self._constraints])
        active = ops.concatenate([ops.stack([descending, descending]), self.active(losses)])
        mixture = min_norm_in_plane(gram, vectors, active)
        weights = ops.matmul(mixture, ops.convert_to_tensor(vectors, dtype="float32"))
        # The sum is 0 only if no direction helps at all: then nothing trains.
        size = ops.sum(ops.abs(weights))
        scaled = ops.where(size > 0, 2.0 * weights / ops.where(size > 0, size, 1.0), 0.0)
        return ops.where(descending, scaled, weights)


def _unit(what: str, vector: Sequence[float]) -> np.ndarray:
    try:
        values = np.asarray(vector, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape != (2,) or not np.isfinite(values).all() or (values < 0).any():
        raise ConfigError(
            f"A {what} of Pareto MTL must have two components >= 0, (segmentation, depth). "
            f"Received: {vector!r}."
        )
    if not values.any():
        raise ConfigError(
            f"A {what} of Pareto MTL must not be all zeros: it has no direction. "
            f"Received: {vector!r}."
        )
    return values / np.linalg.norm(values)
