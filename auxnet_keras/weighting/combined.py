"""Several weightings at once: of classes, of tasks, of gradients, and a schedule."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.types import Logs, Tensor
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import Weighting, WeightingState
from auxnet_keras.weighting.composition import composed


class Combined(Weighting):
    """The step sum_k s_k v_k lambda_k grad L_k, with each factor from another weighting.

    They take effect in this order, whatever the order of `members`:

    1. The class weights of a `ClassWiseWeighting` form its auxiliary loss, sum_c w^c A_c.
    2. A weighting of losses, such as `TaskWeightBalancing`, gives lambda_k. It sees the losses
       without class weights, as if it were alone.
    3. A gradient-based weighting, such as `MGDA`, sees the losses lambda_k L_k and their gradients,
       with class weights, and gives v_k.
    4. A `WeightSchedule` gives s_k, for the heads, too.

    There can be one of each kind. The logged `weight_<task>` is s_k v_k lambda_k.

    Use it to try whether two ideas add up, after trying each of them alone.

    Args:
        members: Two to four weightings, which are then attached together and not one by one.

    Raises:
        ConfigError: Fewer than two; two of the same kind; one that is not a weighted sum of the
            losses, such as `mode="product"`.

    Example:
        >>> both = ak.weighting.Combined([ak.weighting.TaskWeightBalancing(), ak.weighting.MGDA()])
        >>> model.fit(train, callbacks=[both])

    On the command line: `--weighting twb+mgda`.

    Reference:
        No paper: each kind has its own. Liu et al., Towards Impartial Multi-Task Learning, ICLR
        2021, combines weights of losses and of gradients in the same way (section 3.3).
    """

    def __init__(self, members: Sequence[Weighting]) -> None:
        super().__init__()
        if not isinstance(members, list | tuple) or len(members) < 2:
            raise ConfigError(
                "Combined takes a list of at least two weightings, such as "
                f"[TaskWeightBalancing(), MGDA()]. Received: {shown(members)}."
            )
        self.members = tuple(members)
        self.composition = composed(members)

    @property
    def _parts(self) -> tuple[Weighting, ...]:
        return tuple(self.composition.levels.values())

    def per_pixel_tasks(self, model: keras.Model) -> tuple[str, ...]:
        asked = [task for part in self._parts for task in part.per_pixel_tasks(model)]
        return tuple(dict.fromkeys(asked))

    # --- In the step ------------------------------------------------------------------------

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        self.tasks = tasks
        self.composition.build(state, tasks)

    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        return self.composition.total(losses)

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        self.composition.update(losses)

    def current(self) -> dict[str, Tensor]:
        return self.composition.current()

    # --- Between the steps ------------------------------------------------------------------

    def set_model(self, model: keras.Model) -> None:
        for part in self._parts:
            keras.callbacks.Callback.set_model(part, model)  # only this weighting is attached
        super().set_model(model)

    def on_train_begin(self, logs: Logs = None) -> None:
        for part in self._parts:
            part.first_epoch = self.first_epoch
            part.set_params(self.params)
            part.on_train_begin(logs)

    def schedule(self, epoch: int) -> None:
        for part in self._parts:
            part.schedule(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        for part in self._parts:
            part.on_epoch_end(epoch, logs)

    def host_weights(self) -> dict[str, float]:
        return {name: value for part in self._parts for name, value in part.host_weights().items()}

    @property
    def weights(self) -> dict[str, Any]:
        """Task to the current s_k v_k lambda_k; the members have their own `weights`.

        Raises:
            ConfigError: Before the first `fit`, because the tasks come from the model.
        """
        self.be_readable()
        return {
            name.removeprefix("weight_"): float(ops.convert_to_numpy(value))
            for name, value in self.current().items()
        }
