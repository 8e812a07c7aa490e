"""ResumableCheckpoint: a killed run that is resumed ends as if it had never been killed."""

import contextlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras._version import __version__
from auxnet_keras.callbacks.callback_state import restore_state, saved_state
from auxnet_keras.callbacks.checkpoint_store import Checkpoint, CheckpointError, CheckpointStore
from auxnet_keras.callbacks.event_log import Position
from auxnet_keras.callbacks.held import Held
from auxnet_keras.callbacks.same_data import facts_of, refuse_other_run
from auxnet_keras.callbacks.saved_variables import (
    means_of,
    restore_means,
    restore_variables,
    variables_of,
)
from auxnet_keras.callbacks.stop_signals import StopSignals
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.step_state import hand_back
from auxnet_keras.core.threads import thread_count
from auxnet_keras.core.types import Logs
from auxnet_keras.core.whole_numbers import check_whole, is_whole
from auxnet_keras.errors import shown
from auxnet_keras.storage.lock import hold_lock
from auxnet_keras.storage.scratch import sweep

logger = logging.getLogger("auxnet_keras")
_CALLBACK = "callback-"
_LATEST_EPOCH = 2**31
_FACTS: dict[str, Callable[[Any], bool]] = {
    "data": lambda value: isinstance(value, dict),
    "validation": lambda value: value is None or isinstance(value, dict),
    "data_epoch": lambda value: value is None or _is_epoch(value, first=-1),
    "after": lambda value: _is_epoch(value),
    "callbacks": lambda value: isinstance(value, dict),
    "stopped": lambda value: isinstance(value, bool),
    "variables": lambda value: isinstance(value, dict),
}
"""What `meta.json` records of a fit, with its check."""


class ResumableCheckpoint(Held, keras.callbacks.Callback):
    """Saves everything needed to continue a run, and resumes the run from it.

    A checkpoint holds all variables of the model (weights, BatchNormalization, seed generators, the
    state of the weighting) and of the optimizer, the state of Keras' EarlyStopping,
    ReduceLROnPlateau and ModelCheckpoint, the number of finished epochs, and the number of the next
    pass over the training data; within an epoch also the means of the logs and the number of
    batches. The same `fit` on the same folder restores the newest undamaged checkpoint and resumes
    from there. With deterministic operations, the same number of threads and the same versions the
    result is bit-identical; another number of threads is reported.

    Other settings of the data, and other files of the training data than the checkpoint's are
    refused; in a fit of an `AuxiliaryModel`, also other files of the validation data, if both are
    from `ak.data`. Files count by their sizes, calibrations by content; the folder may change.

    In a fit of an `AuxiliaryModel`, SIGTERM, SIGHUP, SIGUSR1 and Ctrl-C wait for the end of the
    batch. Its state is saved before the process exits (143 after SIGTERM) or raises
    KeyboardInterrupt.

    Put it last among the callbacks: what the others write about an epoch is then on disk before
    the epoch counts as finished.

    Args:
        run_dir: The run folder; checkpoints are in its subfolder `checkpoints`.
        every: Also save every this many batches within an epoch; `None` saves only at the end of
            an epoch. Resuming in the middle of an epoch needs an `ak.data.load` data set and an
            `AuxiliaryModel`; otherwise the epoch starts over.
        every_epochs: Save after every `every_epochs` epochs, and at the end of training. Use more
            than 1 if saving takes longer than an epoch.
        dataset: The training data set as `ak.data.load` or `ak.data.arrays` returns it, to restore
            its order, too; `AuxiliaryModel.fit` passes it automatically. Any other data set starts
            over with the order of its first pass.
        keep: How many checkpoints to keep; more than one guards against a damaged newest one.
        after: Number of epochs of an earlier fit in the same folder, which this fit continues with
            other data, another weighting or optimizer from `initial_epoch=after`. It does not
            resume from the earlier fit's checkpoints, but starts with the model as it is.

    Attributes:
        resumed_from: The checkpoint folder that this fit resumed from, or `None`.

    Raises:
        CheckpointError: No checkpoint is readable; the checkpoint does not fit the model, the
            optimizer or the data; another process trains in the folder; the disk is full.

    Example:
        >>> model.fit(train, epochs=200, callbacks=[
        ...     ak.weighting.TaskWeightBalancing(),
        ...     ak.callbacks.ResumableCheckpoint("runs/kitti", every=500)])
    """

    def __init__(
        self,
        run_dir: str | Path,
        *,
        every: int | None = None,
        every_epochs: int = 1,
        dataset: Any = None,
        keep: int = 2,
        after: int = 0,
    ) -> None:
        super().__init__()
        if every is not None:
            check_whole("every", every, least=1, error=CheckpointError)
        check_whole("every_epochs", every_epochs, least=1, error=CheckpointError)
        self.store = CheckpointStore(Path(run_dir) / "checkpoints", keep)
        self.every = every
        self.every_epochs = every_epochs
        self.after = after
        self.resumed_from: Path | None = None
        self._dataset: Any = dataset if _counts_passes(dataset) else None
        self._validation: Any = None
        self._others: list[keras.callbacks.Callback] = []
        self._signals = StopSignals()
        self._held = contextlib.ExitStack()

    def prepare(
        self, dataset: Any, validation: Any, callbacks: Iterable[keras.callbacks.Callback]
    ) -> None:
        """Takes from `fit` what a callback cannot see, and defers signals until `release`.

        Args:
            dataset: The training data, or `None` if an epoch is not one pass over them.
            validation: The validation data, or `None`.
            callbacks: All callbacks of the fit.
        """
        self._validation = validation
        if self._dataset is None and _counts_passes(dataset):
            self._dataset = dataset
        self._others = [callback for callback in callbacks if callback is not self]
        self._signals.start()

    def release(self) -> None:
        """Releases the signals and the folder; `fit` calls it however it ends."""
        self._signals.stop()
        self._held.close()

    def on_train_begin(self, logs: Logs = None) -> None:
        # All callbacks have the model by now, so the weighting's state is among its variables.
        self._held.enter_context(
            hold_lock(self.store.folder, "training in this run folder", CheckpointError)
        )
        sweep(self.store.folder)
        self._step = 0
        train, val = (getattr(one, "plan", None) for one in (self._dataset, self._validation))
        self._facts = facts_of(self.model, train, val)
        self._resumed: Checkpoint | None = None
        self.resumed_from = None
        checkpoint = self._newest()
        if checkpoint is None:
            if self.after:  # an attempt may have been killed before its first checkpoint
                self._rewind(self.after)
            return
        refuse_other_run(checkpoint.path, checkpoint.meta, self._facts, train, val)
        restore_variables(self.model, checkpoint)
        numbers, arrays = checkpoint.meta["callbacks"], _named(checkpoint.arrays, _CALLBACK)
        try:
            restore_state(self._others, numbers, arrays)
        except (TypeError, ValueError, OverflowError, AttributeError) as error:
            raise _odd(checkpoint, f"callbacks: {error}") from error
        if checkpoint.meta["stopped"]:  # a callback had ended the run
            self.model._initial_epoch = (self.params or {})["epochs"]
        else:
            self.model._initial_epoch = checkpoint.epoch  # as Keras' own BackupAndRestore does
        self._resumed, self.resumed_from = checkpoint, checkpoint.path
        if checkpoint.meta.get("threads") != thread_count():
            logger.warning(
                "%s was written with %s threads per operation and this process has %s, so the "
                "resumed run may differ from an uninterrupted one in the last digits",
                checkpoint.path,
                checkpoint.meta.get("threads"),
                thread_count(),
            )
        self._rewind(checkpoint.epoch, checkpoint.step)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self.model._initial_epoch = None  # valid for this fit only
        self._epoch, self._step = epoch, 0
        self._training = True
        if self._resumed is not None:
            self._enter(self._resumed)
            self._resumed = None

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        before = self._step
        # The last of several steps_per_execution may be shorter than Keras says.
        self._step = min(batch + 1, (self.params or {}).get("steps") or batch + 1)
        if isinstance(self.model.train_function, TrainedBatches):
            return
        self._signals.agree(logs)
        stopping = self._signals.received is not None
        due = self.every is not None and self._step // self.every > before // self.every
        if (stopping or due) and self._can_be_entered():
            self._save(self._epoch, self._step)
        self._signals.exit_if_received()

    def on_test_begin(self, logs: Logs = None) -> None:
        if self._training and self._can_be_entered():
            # Validation overwrites the same metrics.
            self._means = means_of(self.model)
        self._training = False

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._signals.agree(logs)
        if self._signals.received is not None:
            if self._can_be_entered():
                self._save(self._epoch, self._step, self._means)
            self._signals.exit_if_received()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._signals.agree(logs)
        ends = self.model.stop_training or epoch + 1 == (self.params or {}).get("epochs")
        due = (epoch + 1 - self.after) % self.every_epochs == 0
        if due or ends or self._signals.received is not None:
            self._save(epoch + 1)
        self._signals.exit_if_received()

    def on_train_end(self, logs: Logs = None) -> None:
        self.model._initial_epoch = None  # resuming a finished run leaves no epoch to begin
        self.release()
        self._signals.exit_if_noted()

    def restore(self) -> Checkpoint | None:
        """Restores the variables of the newest checkpoint, and nothing else.

        The current epoch and the position in the data do not change.

        Returns:
            The checkpoint, or `None` if there is none.
        """
        checkpoint = self._newest()
        if checkpoint is not None:
            hand_back(self.model)
            restore_variables(self.model, checkpoint)
            weighting = getattr(self.model, "weighting", None)
            if weighting is not None:  # the schedule of this epoch, not of the checkpoint's
                weighting.on_epoch_begin(self._epoch)
        return checkpoint

    def _newest(self) -> Checkpoint | None:
        """The newest checkpoint of this fit."""
        checkpoint = self.store.newest()
        if checkpoint is None:
            return None
        for name, valid in _FACTS.items():
            if not valid(checkpoint.meta.get(name)):
                raise _odd(checkpoint, f"{name}: {shown(checkpoint.meta.get(name))}")
        return checkpoint if checkpoint.meta["after"] == self.after else None

    def _rewind(self, epoch: int, step: int = 0) -> None:
        iterations = int(ops.convert_to_numpy(self.model.optimizer.iterations))
        for callback in self._others:
            getattr(callback, "rewind", lambda position: None)(Position(epoch, step, iterations))

    def _can_be_entered(self) -> bool:
        """Whether a pass over the data can start in the middle."""
        return hasattr(self._dataset, "start") and bool((self.params or {}).get("steps"))

    def _enter(self, checkpoint: Checkpoint) -> None:
        """Moves to the position in the data at which the checkpoint was written."""
        data_epoch = checkpoint.meta["data_epoch"]
        if self._dataset is not None and data_epoch is not None:
            self._dataset.epoch.assign(data_epoch)
        step = checkpoint.step
        if not step:
            return
        at_once = self.model.steps_per_execution
        if not self._can_be_entered() or (step % at_once and step != self.params["steps"]):
            raise CheckpointError(
                f"The checkpoint {checkpoint.path} was written after batch {step} of an epoch, "
                "and this fit cannot resume there. Train on the same `ak.data.load` data set with "
                f"the same steps_per_execution. Received: steps_per_execution={at_once}."
            )
        restore_means(self.model, checkpoint.arrays, self._dataset.element_spec)
        self._dataset.start.assign(step)
        TrainedBatches(self.model, step)

    def _save(self, epoch: int, step: int = 0, means: dict[str, np.ndarray] | None = None) -> None:
        for callback in self._others:  # event files are rewound to the checkpoint, never filled up
            getattr(callback, "flush", lambda: None)()
        hand_back(self.model)
        variables = variables_of(self.model)
        arrays = {name: ops.convert_to_numpy(variable) for name, variable in variables.items()}
        numbers, of_callbacks = saved_state(self._others)
        arrays |= {f"{_CALLBACK}{name}": array for name, array in of_callbacks.items()}
        if step:
            arrays |= means_of(self.model) if means is None else means
        data_epoch = None if self._dataset is None else int(self._dataset.epoch)
        if step and data_epoch is not None:
            data_epoch -= 1  # the current pass
        meta = {
            "auxnet_keras": __version__,
            "keras": keras.__version__,
            "threads": thread_count(),
            **self._facts,
            "data_epoch": data_epoch,
            "after": self.after,
            "callbacks": numbers,
            "stopped": bool(self.model.stop_training) and not step,
            "variables": {name: variable.path for name, variable in variables.items()},
        }
        self.store.write(epoch, arrays, meta, step)
        if self._signals.received is not None:
            where = f"batch {step} of epoch {epoch + 1}" if step else f"epoch {epoch}"
            logger.info("stopping; %s is saved, the same command resumes from there", where)


def _counts_passes(dataset: Any) -> bool:
    return hasattr(getattr(dataset, "epoch", None), "assign")


def _is_epoch(value: object, first: int = 0) -> bool:
    return is_whole(value) and first <= value < _LATEST_EPOCH


def _odd(checkpoint: Checkpoint, received: str) -> CheckpointError:
    return CheckpointError(
        f"The checkpoint {checkpoint.path} was not written by a fit of this package. Remove it, to "
        f"resume from the one before, or restore it from a copy. Received: {received}."
    )


def _named(arrays: Any, prefix: str) -> dict[str, np.ndarray]:
    """The arrays with names that begin with `prefix`, which is removed."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
