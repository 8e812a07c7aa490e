"""Weights that follow a schedule: one task first, then both, fading out."""

from collections.abc import Mapping

import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting, WeightingState
from auxnet_keras.weighting.named_weights import checked_weights, in_order

UNITS = ("epochs", "steps")


class WeightSchedule(TaskWeighting):
    """L = sum_k lambda_k(t) L_k with lambda defined by its values at some times t.

    With the points (t_j, w_j), t_j <= t < t_j+1 and s = (t - t_j) / (t_j+1 - t_j),

        lambda(t) = w_j                        constant between points (the default),
                    (1 - s) w_j + s w_j+1      with `linear=True`;

    before the first point it is the first one's, after the last point the last one's. t is the
    number of the epoch, or with `unit="steps"` the number of batches that this weighting has
    trained on; either is part of a checkpoint, so a resumed run has the same weights.

    Use it to train depth first, then both, then segmentation alone if labels are few, or for an
    auxiliary task that helps at first and gets in the way later.

    Args:
        points: Time to weights; the weights map every task of the model to a finite number >= 0. A
            weight of 0 leaves a task out.
        unit: "epochs" (from 0, as `fit` counts) or "steps". Steps are counted exactly up to 16
            million.
        linear: Interpolate linearly between the points, instead of keeping the weights constant
            there.

    Raises:
        ConfigError: No points; a time that is not a whole number >= 0; a weight that is not a
            finite number >= 0; points of different tasks or with all weights 0; an unknown unit.
            When attached, a task that the model does not have or one that is missing.

    Example:
        >>> depth_then_both = ak.weighting.WeightSchedule({
        ...     0: {"segmentation": 0.0, "depth": 1.0},
        ...     20: {"segmentation": 1.0, "depth": 1.0},
        ...     60: {"segmentation": 1.0, "depth": 0.0}})
        >>> model.fit(train, epochs=80, callbacks=[depth_then_both])

    On the command line, times come before weights, and segmentation before depth:
    `--weighting schedule:0:0/1,20:1/1,60:1/0,linear=true`.

    Reference:
        Weights that change with the epoch: Bengio et al., Curriculum Learning, ICML 2009, section 2
        (the general case).
    """

    def __init__(
        self,
        points: Mapping[int, Mapping[str, float]],
        unit: str = "epochs",
        linear: bool = False,
    ) -> None:
        super().__init__()
        if unit not in UNITS:
            raise unknown("unit", unit, UNITS)
        if not points:
            raise ConfigError(
                "A weight schedule needs at least one point: a time and the weights of all tasks. "
                f"Received: {shown(points)}."
            )
        self.points = {_time(time): _weights(time, points[time]) for time in sorted(points)}
        if len({frozenset(weights) for weights in self.points.values()}) > 1:
            raise ConfigError(
                "Every point of a weight schedule must name the same tasks. "
                f"Received: {shown(self.points)}."
            )
        self.unit = unit
        self.linear = linear

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        self.tasks = tasks
        weights = [in_order("WeightSchedule", point, tasks) for point in self.points.values()]
        self._times = np.array(list(self.points), "float32")
        self._values = np.array(weights, "float32")
        self.time = state.add_state("time", 0.0)

    def schedule(self, epoch: int) -> None:
        if self.unit == "epochs":
            self.time.assign(float(epoch))

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        if self.unit == "steps":
            self.time.assign_add(1.0)

    def effective_weights(self) -> Tensor:
        return self.at(ops.convert_to_tensor(self.time))

    def at(self, time: Tensor) -> Tensor:
        """`lambda(t)` [tasks] at a scalar time."""
        times, values = (ops.convert_to_tensor(each) for each in (self._times, self._values))
        passed = ops.sum(ops.cast(times <= time, "int32"))
        before = ops.maximum(passed - 1, 0)
        current = ops.take(values, before, axis=0)
        if not self.linear:
            return current
        after = ops.minimum(passed, len(self._times) - 1)
        start, end = ops.take(times, before), ops.take(times, after)
        # Before the first point and after the last one, both are the same point.
        share = (time - start) / ops.maximum(end - start, 1.0)
        share = ops.clip(share, 0.0, 1.0)
        return (1.0 - share) * current + share * ops.take(values, after, axis=0)


def _time(time: object) -> int:
    if not is_whole(time) or time < 0:
        raise ConfigError(
            "The times of a weight schedule must be whole numbers >= 0, in epochs or steps. "
            f"Received: {shown(time)}."
        )
    return int(time)


def _weights(time: int, weights: Mapping[str, float]) -> dict[str, float]:
    values = checked_weights(weights)
    if not any(values.values()):
        raise ConfigError(
            f"At {time} all weights of the schedule are 0, so nothing would train. Set one above "
            f"0. Received: {shown(dict(weights))}."
        )
    return values
