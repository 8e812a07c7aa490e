"""A run that is killed and started again ends as if it had never been killed."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from filelock import FileLock, Timeout
from keras import ops

from auxnet_keras._version import __version__
from auxnet_keras.callbacks.callback_state import remembered, remind
from auxnet_keras.callbacks.checkpoint_store import Checkpoint, CheckpointError, CheckpointStore
from auxnet_keras.callbacks.skipped_batches import SkippedBatches
from auxnet_keras.callbacks.stop_signals import StopSignals

logger = logging.getLogger("auxnet_keras")
_CALLBACK, _METRIC = "callback-", "metric-"


class ResumableCheckpoint(keras.callbacks.Callback):
    """Saves everything a run needs to go on, and goes on from it.

    Saved are all variables of the model (weights, BatchNormalization, seed generators, the state of
    the weighting), all of the optimizer, what Keras' EarlyStopping, ReduceLROnPlateau and
    ModelCheckpoint remember, the number of finished epochs, and which pass over the training data
    comes next; within an epoch also the means of the logs and the number of batches. The same `fit`
    on the same folder restores the newest undamaged checkpoint and goes on behind it; with
    deterministic operations the result is the same to the bit.

    In a fit of an `AuxiliaryModel` a SIGTERM, a SIGUSR1 or Ctrl-C waits for the end of the batch,
    whose state is saved before the process exits (143 after SIGTERM) or raises KeyboardInterrupt.

    Put it last among the callbacks, so that what they write about an epoch is on disk before the
    epoch counts as finished.

    Args:
        run_dir: The run folder; checkpoints are in its sub-folder `checkpoints`.
        every: Save after so many batches of an epoch, too; `None` at the ends of epochs only. The
            middle of an epoch can be saved, and entered again, with an `ak.data.load` data set
            trained on by an `AuxiliaryModel`; with any other an epoch starts again.
        dataset: The training data set as `ak.data.load` or `ak.data.arrays` returns it, so that its
            order is restored too; `AuxiliaryModel.fit` tells it by itself. Any other starts again
            with the order of its first pass.
        keep: How many checkpoints to keep; one is a spare, should the newest be damaged.

    Attributes:
        resumed_from: The checkpoint folder this fit went on from, or `None`.

    Raises:
        CheckpointError: No checkpoint there is readable; it does not fit the model, the optimizer
            or the data; another process trains in the folder; the disk is full.

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
        dataset: Any = None,
        keep: int = 2,
    ) -> None:
        super().__init__()
        if every is not None and (type(every) is not int or every < 1):
            raise CheckpointError(f"every is a number of batches, or None. Received: {every!r}.")
        self.store = CheckpointStore(Path(run_dir) / "checkpoints", keep)
        self.every = every
        self.resumed_from: Path | None = None
        self._dataset: Any = dataset if hasattr(dataset, "epoch") else None
        self._others: list[keras.callbacks.Callback] = []
        self._signals = StopSignals()
        self._lock: Any = None

    def prepare(self, dataset: Any, callbacks: Iterable[keras.callbacks.Callback]) -> None:
        """Takes from `fit` what a callback cannot see, and puts signals off until `release`.

        Args:
            dataset: What is trained on, or `None` where an epoch is not one pass over it.
            callbacks: All of them.
        """
        if self._dataset is None and hasattr(dataset, "epoch"):
            self._dataset = dataset
        self._others = [callback for callback in callbacks if callback is not self]
        self._signals.start()

    def release(self) -> None:
        """Signals and the folder are free again; `fit` calls it however it ends."""
        self._signals.stop()
        if self._lock is not None:
            self._lock.release(force=True)

    def on_train_begin(self, logs: Any = None) -> None:
        # All callbacks have the model by now, so that a weighting's state is among its variables.
        self._take_folder()
        self._step = 0
        self._resumed: Checkpoint | None = None
        self.resumed_from = None
        checkpoint = self.store.newest()
        if checkpoint is None:
            return
        self._refuse_other_data(checkpoint)
        self._restore_variables(checkpoint)
        remind(
            self._others,
            checkpoint.meta["callbacks"],
            _named(checkpoint.arrays, _CALLBACK),
        )
        if checkpoint.meta["stopped"]:  # a callback had ended the run
            self.model._initial_epoch = (self.params or {})["epochs"]
        else:
            self.model._initial_epoch = checkpoint.epoch  # as Keras' own backup tells `fit`
        self._resumed, self.resumed_from = checkpoint, checkpoint.path

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.model._initial_epoch = None  # was for this fit, not for the next one
        self._epoch, self._step = epoch, 0
        self._training = True
        if self._resumed is not None:
            self._enter(self._resumed)
            self._resumed = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        before = self._step
        # The last of several steps_per_execution may be shorter than Keras says.
        self._step = min(batch + 1, (self.params or {}).get("steps") or batch + 1)
        if isinstance(self.model.train_function, SkippedBatches):
            return
        stopping = self._signals.received is not None
        due = self.every is not None and self._step // self.every > before // self.every
        if (stopping or due) and self._can_be_entered():
            self._save(self._epoch, self._step)
        self._signals.obey()

    def on_test_begin(self, logs: Any = None) -> None:
        if self._training and self._can_be_entered():
            # Validation uses the same metrics for its own means.
            self._means = {name: ops.convert_to_numpy(v) for name, v in self._metrics()}
        self._training = False

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._signals.received is not None:
            if self._can_be_entered():
                self._save(self._epoch, self._step, self._means)
            self._signals.obey()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._save(epoch + 1)
        self._signals.obey()

    def on_train_end(self, logs: Any = None) -> None:
        self.model._initial_epoch = None  # a finished run that was started again has no epoch left
        self.release()

    def restore(self) -> Checkpoint | None:
        """Puts the newest checkpoint's variables back into the model, and nothing else.

        Which epoch it is and where the data are stay as they are. `None` without a checkpoint.
        """
        checkpoint = self.store.newest()
        if checkpoint is not None:
            self._restore_variables(checkpoint)
        return checkpoint

    def _take_folder(self) -> None:
        self.store.folder.mkdir(parents=True, exist_ok=True)
        # One for the whole process: a fit that raised may still hold it.
        self._lock = FileLock(self.store.folder / ".lock", timeout=0, is_singleton=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise CheckpointError(
                "Another process is training in this run folder, and two would overwrite each "
                "other's checkpoints. Wait for it, stop it, or choose another folder. "
                f"Received: {str(self.store.folder.parent)!r}."
            ) from None

    def _can_be_entered(self) -> bool:
        """Whether a pass over the data can begin in its middle."""
        return hasattr(self._dataset, "start") and bool((self.params or {}).get("steps"))

    def _enter(self, checkpoint: Checkpoint) -> None:
        """Goes to the place in the data where the checkpoint was written."""
        data_epoch = checkpoint.meta["data_epoch"]
        if self._dataset is not None and data_epoch is not None:
            self._set_data_epoch(data_epoch)
        step = checkpoint.step
        if not step:
            return
        at_once = self.model.steps_per_execution
        if not self._can_be_entered() or (step % at_once and step != self.params["steps"]):
            raise CheckpointError(
                f"The checkpoint {checkpoint.path} was written after batch {step} of an epoch, "
                "which this fit cannot enter there: train on the same `ak.data.load` data set with "
                f"the same steps_per_execution. Received: steps_per_execution={at_once}."
            )
        self._build_metrics()
        means = _named(checkpoint.arrays, _METRIC)
        for name, variable in self._metrics():
            if name in means and means[name].shape == tuple(variable.shape):
                variable.assign(means[name])
        self._dataset.start.assign(step)
        SkippedBatches(self.model, step)

    def _build_metrics(self) -> None:
        """Metrics have no variables to restore before they have seen a batch: a blank one."""
        blank = keras.tree.map_structure(
            lambda spec: np.zeros([side or 1 for side in spec.shape], spec.dtype.as_numpy_dtype),
            self._dataset.element_spec,
        )
        self.model.test_on_batch(*blank)

    def _save(self, epoch: int, step: int = 0, means: dict[str, np.ndarray] | None = None) -> None:
        variables = dict(self._variables())
        arrays = {name: ops.convert_to_numpy(variable) for name, variable in variables.items()}
        numbers, of_callbacks = remembered(self._others)
        arrays |= {f"{_CALLBACK}{name}": array for name, array in of_callbacks.items()}
        if step:
            if means is None:
                means = {name: ops.convert_to_numpy(v) for name, v in self._metrics()}
            arrays |= {f"{_METRIC}{name}": array for name, array in means.items()}
        data_epoch = None if self._dataset is None else int(self._dataset.epoch)
        if step and data_epoch is not None:
            data_epoch -= 1  # the pass that is under way
        meta = {
            "auxnet_keras": __version__,
            "keras": keras.__version__,
            "data": self._identity(),
            "data_epoch": data_epoch,
            "callbacks": numbers,
            "stopped": bool(self.model.stop_training) and not step,
            "variables": {name: variable.path for name, variable in variables.items()},
        }
        self.store.write(epoch, arrays, meta, step)
        if self._signals.received is not None:
            where = f"batch {step} of epoch {epoch + 1}" if step else f"epoch {epoch}"
            logger.info("stopping; %s is saved, the same command goes on behind it", where)

    def _identity(self) -> dict[str, str]:
        plan = getattr(self._dataset, "plan", None)
        optimizer = {"optimizer": type(self.model.optimizer).__name__}
        return optimizer if plan is None else {**optimizer, **plan.identity()}

    def _refuse_other_data(self, checkpoint: Checkpoint) -> None:
        ours, theirs = self._identity(), checkpoint.meta["data"]
        differences = [
            f"{name}: {theirs[name]} there, {ours[name]} here"
            for name in theirs
            if name in ours and theirs[name] != ours[name]
        ]
        if differences:
            raise CheckpointError(
                f"The checkpoint {checkpoint.path} belongs to a run with other settings or data. "
                "Ask for the same, or choose another run folder. "
                f"Received: {'; '.join(differences)}."
            )

    def _metrics(self) -> Iterator[tuple[str, Any]]:
        for number, variable in enumerate(self.model.metrics_variables):
            yield f"{number:05d}", variable

    def _variables(self) -> Iterator[tuple[str, Any]]:
        optimizer = self.model.optimizer
        if not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        for owner, variables in (
            ("model", self.model.variables),
            ("optimizer", optimizer.variables),
        ):
            for number, variable in enumerate(variables):
                yield f"{owner}-{number:05d}", variable

    def _restore_variables(self, checkpoint: Checkpoint) -> None:
        variables = dict(self._variables())
        saved = checkpoint.meta["variables"]
        for name in sorted(variables.keys() | saved.keys()):
            ours, theirs = variables.get(name), checkpoint.arrays.get(name)
            if ours is None or theirs is None or tuple(ours.shape) != theirs.shape:
                here = "nothing" if ours is None else f"{ours.path} {tuple(ours.shape)}"
                there = "nothing" if theirs is None else f"{saved[name]} {theirs.shape}"
                raise CheckpointError(
                    f"The checkpoint {checkpoint.path} belongs to another model, weighting or "
                    f"optimizer: it has {there} where this fit has {here}. Build what it was "
                    "written with, or use another run folder. "
                    f"Received: {len(variables)} variables, {len(saved)} in the file."
                )
        for name, variable in variables.items():
            value = checkpoint.arrays[name]
            dtype = ops.convert_to_numpy(variable).dtype
            # NumPy files do not know bfloat16: it comes back as bytes of the same width.
            variable.assign(value.view(dtype) if value.dtype.kind == "V" else value.astype(dtype))

    def _set_data_epoch(self, epoch: int) -> None:
        if hasattr(self._dataset.epoch, "assign"):  # a tf.data pipeline captured this variable
            self._dataset.epoch.assign(epoch)
        else:
            self._dataset.epoch = epoch


def _named(arrays: Any, prefix: str) -> dict[str, np.ndarray]:
    """The arrays whose names begin with `prefix`, without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
