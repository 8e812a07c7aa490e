"""The optimizer of a run and its learning rate."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from auxnet_keras.core.types import Logs
from auxnet_keras.experiments.config import optimization_text
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.phases import Phase, phases
from auxnet_keras.experiments.run.log import logger
from auxnet_keras.optimizers.schedules.timeline import Timeline

if TYPE_CHECKING:
    from auxnet_keras.data.plan import Plan


def new_optimizer(config: RunConfig, phase: Phase, plan: "Plan") -> Any:
    """A new optimizer of Keras for all phases that train with the one of `phase`.

    A learning rate that changes is a function of the optimizer's own count of steps, which is part
    of every checkpoint: a resumed run continues with the rate that it had.

    Args:
        config: The settings of the run.
        phase: The first of these phases.
        plan: The training data.
    """
    timeline = _timeline(config, phase, plan)
    schedule = optimization_text.schedule(config.schedule)
    warmup = getattr(schedule, "warmup", 0)
    if warmup > timeline.steps:
        logger.warning(
            "warmup=%d of the schedule is longer than these %d steps, so the learning rate stays "
            "below %g",
            warmup,
            timeline.steps,
            config.learning_rate,
        )
    rate = schedule.make(config.learning_rate, timeline)
    return optimization_text.optimizer(config.optimizer).make(rate)


def _timeline(config: RunConfig, phase: Phase, plan: "Plan") -> Timeline:
    same = [each for each in phases(config) if each.begins == phase.begins]
    return Timeline(
        tuple(
            (each.last - each.first, len(plan.auxiliary_pass() if each.alone else plan))
            for each in same
        )
    )


def learning_rate_callbacks(config: RunConfig, phase: Phase) -> list[Any]:
    """Makes the drops of `learning_rate_drops`, and logs the rate."""
    drops = config.learning_rate_drops
    if drops is None:
        return [LearningRateLog()]

    def rate(epoch: int, current: float) -> float:
        # From the epoch's number alone, so that a resumed run has the same.
        reached = (drops[done] for done in drops if done <= epoch - phase.begins)
        return [config.learning_rate, *reached][-1]

    return [keras.callbacks.LearningRateScheduler(rate), LearningRateLog()]


class LearningRateLog(keras.callbacks.Callback):
    """Adds `learning_rate` to the logs of every epoch: the rate of its last step."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of mixed precision
        rate = optimizer._learning_rate
        if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            rate = rate(ops.maximum(ops.convert_to_tensor(optimizer.iterations) - 1, 0))
        if logs is not None:
            logs["learning_rate"] = float(ops.convert_to_numpy(rate))
