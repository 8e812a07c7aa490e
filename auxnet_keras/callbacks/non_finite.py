"""What happens when a number of a training step is NaN or infinite."""

import logging
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras.callbacks.batch_files import BatchFiles, listed
from auxnet_keras.callbacks.checkpoint import ResumableCheckpoint
from auxnet_keras.callbacks.explosion import Explosion
from auxnet_keras.callbacks.policies import POLICIES
from auxnet_keras.core.step_state import hand_back
from auxnet_keras.core.types import Logs
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import AuxnetError, ConfigError, unknown

logger = logging.getLogger("auxnet_keras")

_MAX_WARNINGS = 10


class NonFiniteError(AuxnetError, FloatingPointError):
    """Training found NaN or infinity; the model is unchanged.

    Attributes:
        epoch, batch: The position, counted from 0 as in Keras.
        files: The image files of the batch; empty if unknown.
    """

    def __init__(self, message: str, epoch: int, batch: int, files: list[str]) -> None:
        super().__init__(message)
        self.epoch, self.batch, self.files = epoch, batch, files

    def __reduce__(self) -> tuple[Any, ...]:  # pickles, so it can cross a process boundary
        return type(self), (str(self), self.epoch, self.batch, self.files)


class NonFinite(keras.callbacks.Callback):
    """Decides what happens when the loss or the gradients of a batch are NaN or infinite.

    Whatever the policy, such a batch changes nothing: no weight, no moment of the optimizer, no
    statistic of BatchNormalization, no state of the weighting, no mean in the logs. The compiled
    step ensures this, also with `steps_per_execution`. A variable counts as having an infinite
    gradient if its gradient's elements add up to more than 1e38. `AuxiliaryModel.fit` adds this
    callback with `"raise"` if it is missing.

        "raise"     training stops and the error names the batch's files.
        "skip"      training continues with the next batch; the number of skipped batches is logged
                    as `skipped_batches`.
        "rollback"  weights, optimizer, statistics and the weighting return to the newest
                    checkpoint of the `ResumableCheckpoint` among the callbacks, and training
                    continues with the next batch.

    Weights that are not finite are found before an epoch is saved. The callback also warns, once
    each, about a task or class weight above 1e6 times its initial value and a loss above 1e12.

    With a `LossScaleOptimizer` (mixed_float16) the optimizer itself skips gradients that overflow;
    they do not count. A loss that is not finite does.

    Args:
        policy: `"raise"`, `"skip"` or `"rollback"`.
        max_rollbacks: The largest number of rollbacks in one fit.

    Attributes:
        skipped: Number of batches skipped in this fit.
        rollbacks: Number of rollbacks in this fit.

    Raises:
        ConfigError: The policy is unknown; `"rollback"` without a `ResumableCheckpoint`; the model
            is not an `AuxiliaryModel`.
        NonFiniteError: According to the policy; with `"skip"`, if every batch of an epoch was
            skipped; with `"rollback"`, after `max_rollbacks` or before the first checkpoint.

    Example:
        >>> model.fit(train, callbacks=[weighting, ak.callbacks.NonFinite("skip")])
    """

    def __init__(self, policy: str = "raise", max_rollbacks: int = 3) -> None:
        super().__init__()
        if policy not in POLICIES:
            raise unknown("policy", policy, POLICIES)
        check_whole("max_rollbacks", max_rollbacks, least=1)
        self.policy = policy
        self.max_rollbacks = max_rollbacks
        self.skipped = self.rollbacks = 0
        self._files = BatchFiles()
        self._checkpoint: ResumableCheckpoint | None = None

    def set_model(self, model: keras.Model) -> None:
        if not hasattr(model, "guard"):
            raise ConfigError(
                "NonFinite needs an auxnet_keras.models.AuxiliaryModel, because only its training "
                "step can skip batches. Use keras.callbacks.TerminateOnNaN for other models. "
                f"Received: {type(model).__name__}."
            )
        super().set_model(model)

    def prepare(self, dataset: Any, callbacks: Iterable[keras.callbacks.Callback]) -> None:
        """Takes from `fit` what a callback cannot see: the data set and the other callbacks.

        Args:
            dataset: The training data, or `None` if an epoch is not one pass over them.
            callbacks: All callbacks of the fit.
        """
        self._files = BatchFiles(dataset)
        checkpoints = (each for each in callbacks if isinstance(each, ResumableCheckpoint))
        self._checkpoint = next(checkpoints, None)

    def on_train_begin(self, logs: Logs = None) -> None:
        if self.policy == "rollback" and self._checkpoint is None:
            raise ConfigError(
                "NonFinite('rollback') returns to a checkpoint, but this fit writes none. Add "
                "ak.callbacks.ResumableCheckpoint(run_dir, dataset=train) to the callbacks, or use "
                "the policy 'skip'. Received: no ResumableCheckpoint."
            )
        self.skipped = self.rollbacks = 0
        weighting = self.model.weighting
        start = {} if weighting is None else weighting.current()
        self._explosion = Explosion({n: float(ops.convert_to_numpy(v)) for n, v in start.items()})

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch
        self._counted = self._batches = 0

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        logs = {} if logs is None else logs
        # The last of several steps_per_execution may be shorter than Keras says.
        steps = (self.params or {}).get("steps")
        self._batches = min(batch + 1, steps) if steps else batch + 1
        counted = self._take_count(logs)
        # `model.evaluate` within an epoch resets all metrics, and with them the count.
        new = counted - self._counted if counted >= self._counted else counted
        self._counted = counted
        if new:
            self._act(new)
        exceeded = self._explosion.newly_exceeded(logs)
        if exceeded:
            self._report(exceeded)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = {} if logs is None else logs
        if self._take_count(logs) == self._batches and self._batches:
            raise self._error(
                f"Every batch of epoch {epoch + 1} was skipped, so training makes no progress. In "
                f"the last batch, {self._wrong}. Start over with a lower learning rate, or resume "
                "from an earlier checkpoint",
                self._batches - 1,
            )
        bad = _not_finite(self.model)
        if bad is not None:
            self._refuse_weights(bad)
        exceeded = self._explosion.newly_exceeded(logs)
        if exceeded:
            self._report(exceeded)

    def on_train_end(self, logs: Logs = None) -> None:
        if self.policy == "skip" and self.skipped > _MAX_WARNINGS:
            logger.warning("%d batches were skipped in all", self.skipped)

    def _report(self, exceeded: dict[str, float]) -> None:
        last = self._batches - 1
        self._explosion.report(exceeded, f"after {self._place(last, self._files.of(last))}")

    def _take_count(self, logs: dict[str, Any]) -> int:
        """Batches skipped in this epoch so far; the log is kept if it can be more than 0."""
        name = self.model.guard.name
        return int(logs.pop(name, 0) if self.policy == "raise" else logs.get(name, 0))

    def _act(self, new: int) -> None:
        """Follows the policy after an execution in which `new` batches were skipped."""
        hand_back(self.model)
        guard = self.model.guard
        batches, last = (int(ops.convert_to_numpy(v)) for v in (guard.batches, guard.last))
        if batches - last >= self.model.steps_per_execution:
            return  # an older batch: the resumed epoch's checkpoint had already counted it
        batch = last - 1
        self._wrong = guard.explain_last_skip(self.model)
        self.skipped += new
        files = self._files.of(batch)
        found = f"Bad numbers in {self._place(batch, files)}: {self._wrong}"
        if self.policy == "raise":
            raise self._error(
                f"{found}. The weights did not change. Check the batch's images, labels and "
                "depths. If they are correct, lower the learning rate or skip such batches: "
                "ak.callbacks.NonFinite('skip'), or resume the run with --on-bad-numbers skip",
                batch,
            )
        if self.policy == "rollback":
            self._roll_back(found, batch)
        elif self.skipped <= _MAX_WARNINGS:
            which = f"the last of {new} that were skipped" if new > 1 else "skipped"
            logger.warning("%s; %s", found, which)

    def _roll_back(self, found: str, batch: int) -> None:
        if self.rollbacks == self.max_rollbacks:
            raise self._error(
                f"{found}, after {self.rollbacks} rollbacks. Check the files, or resume from the "
                "last checkpoint with a lower learning rate",
                batch,
            )
        checkpoint = self._checkpoint.restore() if self._checkpoint else None
        if checkpoint is None:
            raise self._error(
                f"{found}, and there is no checkpoint yet to roll back to. Check the files, lower "
                "the learning rate, or use the policy 'skip'",
                batch,
            )
        self.rollbacks += 1
        logger.warning(
            "%s; rollback %d of %d, to %s",
            found,
            self.rollbacks,
            self.max_rollbacks,
            checkpoint.path,
        )

    def _refuse_weights(self, bad: str) -> None:
        last = self._batches - 1
        found = (
            f"{bad} is not finite at the end of epoch {self._epoch + 1}: an earlier update was too "
            "large"
        )
        if self.policy == "rollback":
            self._roll_back(found, last)
            return
        raise self._error(
            f"{found}. Nothing of this epoch is saved. Lower the learning rate, and resume from "
            "the last checkpoint if there is one",
            last,
        )

    def _place(self, batch: int, files: list[str]) -> str:
        return f"batch {batch + 1} of epoch {self._epoch + 1}{listed(files)}"

    def _error(self, message: str, batch: int) -> NonFiniteError:
        message = f"{message}. Received: policy={self.policy!r}."
        return NonFiniteError(message, self._epoch, batch, self._files.of(batch))


def _not_finite(model: keras.Model) -> str | None:
    """The path of the first variable that is not finite (of the optimizer: NaN), or `None`."""
    for variables, is_bad in (
        (model.variables, lambda values: not np.isfinite(values).all()),
        (model.optimizer.variables, lambda values: np.isnan(values).any()),
    ):
        for variable in variables:
            if "float" in str(variable.dtype) and is_bad(ops.convert_to_numpy(variable)):
                return variable.path
    return None
