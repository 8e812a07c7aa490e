"""Pareto MTL: a descent direction that also keeps the losses near a preferred ratio."""

import itertools
from collections.abc import Sequence

import numpy as np
from keras import ops

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.min_norm import (
    min_norm_in_plane,
    min_norm_of_active,
)

FIGURE_PREFERENCES = ((0.0, 1.0), (0.38, 0.92), (0.71, 0.71), (0.92, 0.38), (1.0, 0.0))
"""The five preference vectors of Figures 2 to 4 of Yim & Kim 2020, as printed."""

_PHASE_1_EPOCHS = 2
_SAME = 1e-4  # unit vectors this close count as equal: their difference would be noise


class ParetoMTL(GradientWeighting):
    """Descends while the vector of losses stays nearer to one preference vector than to the others.

    With u the unit preference, u_k the unit reference vectors and L the losses of the batch, a
    constraint (u_k - u) . L <= 0 is active if it is violated. The weights are

        phase 1:  lambda = sum_k beta_k (u_k - u)             over the active k,
        phase 2:  lambda = alpha + sum_k beta_k (u_k - u),    scaled to sum_i |lambda_i| = K,

    with beta >= 0 (and alpha >= 0) that sum to 1 and minimise || sum_i lambda_i g_i || before
    scaling. g_i is the gradient of L_i with respect to all parameters, and the weights apply to all
    parameters. Phase 1 only seeks losses that satisfy the constraints; it ends with the first batch
    without an active constraint, or after two epochs. Weights can be negative.

    **A large component of the preference accepts a large loss on that task**: (0, 1) is the choice
    for the best segmentation. Losses are compared as they are, so their units matter.

    Use it to choose a point on the trade-off between the tasks.

    Args:
        preference: u, one component per task, in the order (segmentation, depth), whichever of them
            is the main task; for other or more tasks in the order of the model, main task first.
            Any length except 0. By default all tasks alike.
        references: The u_k, in the same order; one equal to the preference adds no constraint. By
            default `FIGURE_PREFERENCES` for two tasks; for more, the directions of each task alone,
            of two tasks alike and of all alike.
        momentum: Moving average of the weights, as in `GradientWeighting`; 0 by default.
        reduction: `"sum"`, where |lambda_i| sum to K in phase 2, or `"mean"`, where they sum to 1.

    There is no choice of `parameters`: the gradients are always those of all parameters.

    Attributes:
        phase: 1 or 2.

    Raises:
        ConfigError: A vector has fewer than two components or not as many as the others, has a
            negative one or is all zeros; no reference differs from the preference; a momentum or
            reduction that `GradientWeighting` refuses. When attached: the model has another number
            of tasks.

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
        preference: Sequence[float] = (),
        references: Sequence[Sequence[float]] | None = None,
        *,
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        super().__init__(momentum=momentum, reduction=reduction)
        given = not isinstance(preference, Sequence | np.ndarray) or len(preference) > 0
        self.preference = _unit("preference", preference) if given else None
        self.references = (
            None
            if references is None
            else [_unit("reference vector", reference) for reference in references]
        )
        known = self.references if self.preference is None else [self.preference]
        if known is not None:
            self._differences(len(known[0]) if known else 2)  # errors now, not when attached

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        super().build(state, tasks)
        self.feasible = state.add_state("feasible", 0.0)
        self.out_of_time = state.add_state("out_of_time", 0.0)
        differences = self._differences(len(tasks))
        self._constraints = differences[:, ::-1] if tasks == TASKS[::-1] else differences

    def _differences(self, count: int) -> np.ndarray:
        """u_k - u [constraints, K] for K = `count` tasks."""
        preference = np.ones(count) / np.sqrt(count) if self.preference is None else self.preference
        references = default_references(count) if self.references is None else self.references
        for vector in (preference, *references):
            if len(vector) != count:
                raise ConfigError(
                    f"The vectors of Pareto MTL need one component per task, here {count}. "
                    f"Received: {vector.tolist()}."
                )
        differences = np.array(references).reshape(-1, count) - preference
        differences = differences[np.abs(differences).max(axis=1, initial=0.0) > _SAME]
        if not len(differences):
            raise ConfigError(
                "Pareto MTL needs at least one reference vector that differs from the preference, "
                "because the preferred region is between them. "
                f"Received: preference={preference.tolist()}, "
                f"references={[reference.tolist() for reference in references]}."
            )
        return differences

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
        count = len(self.tasks)
        descending = self._descending()
        vectors = np.concatenate([np.eye(count), self._constraints]).astype("float32")
        own = ops.broadcast_to(descending, (count,))
        active = ops.concatenate([own, self.active(losses)])
        if count == 2:
            mixture = min_norm_in_plane(gram, vectors, active)
        else:
            mixture = min_norm_of_active(gram, vectors, active)
        weights = ops.sum(mixture[:, None] * ops.convert_to_tensor(vectors), axis=0)
        # The sum is 0 only if no direction helps at all: then nothing trains.
        size = ops.sum(ops.abs(weights))
        scaled = ops.where(size > 0, count * weights / ops.where(size > 0, size, 1.0), 0.0)
        return ops.where(descending, scaled, weights)


def default_references(count: int) -> list[np.ndarray]:
    """`FIGURE_PREFERENCES`; for K > 2 tasks each task alone, two alike and all alike."""
    if count == 2:
        return [_unit("reference vector", vector) for vector in FIGURE_PREFERENCES]
    groups = [
        group for size in (1, 2, count) for group in itertools.combinations(range(count), size)
    ]
    return [
        _unit("reference vector", np.eye(count)[list(group)].sum(axis=0).tolist())
        for group in groups
    ]


def _unit(what: str, vector: Sequence[float]) -> np.ndarray:
    try:
        values = np.asarray(vector, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    wrong = values.ndim != 1 or len(values) < 2
    if wrong or not np.isfinite(values).all() or (values < 0).any():
        raise ConfigError(
            f"A {what} of Pareto MTL must have one component >= 0 per task: for two tasks "
            f"(segmentation, depth). Received: {vector!r}."
        )
    if not values.any():
        raise ConfigError(
            f"A {what} of Pareto MTL must not be all zeros: it has no direction. "
            f"Received: {vector!r}."
        )
    return values / np.linalg.norm(values)
