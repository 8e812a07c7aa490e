"""A run that is killed and started again ends as if it had never been killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
from keras import ops

from auxnet_keras._version import __version__
from auxnet_keras.callbacks.checkpoint_store import Checkpoint, CheckpointError, CheckpointStore


class ResumableCheckpoint(keras.callbacks.Callback):
    """Saves everything a run needs to go on after each epoch, and goes on from it.

    Saved are all variables of the model (weights, BatchNormalization, seed generators, the state of
    the weighting), all of the optimizer, the number of finished epochs, and which pass over the
    training data comes next. The same `fit` on the same folder restores the newest checkpoint and
    starts with the epoch after it; with deterministic operations the result is the same to the bit.

    Put it last among the callbacks, so that what they write about an epoch is on disk before the
    epoch counts as finished.

    Args:
        run_dir: The run folder; checkpoints are in its sub-folder `checkpoints`.
        dataset: The training data set as `ak.data.load` or `ak.data.arrays` returns it, so that its
            order is restored too. Any other starts again with the order of its first pass.
        keep: How many checkpoints to keep; one is a spare, should the newest be damaged.

    Attributes:
        resumed_from: The checkpoint folder this fit went on from, or `None`.

    Raises:
        CheckpointError: No checkpoint there is readable; it does not fit the model; the disk is
            full.

    Example:
        >>> model.fit(train, epochs=200, callbacks=[
        ...     ak.weighting.TaskWeightBalancing(),
        ...     ak.callbacks.ResumableCheckpoint("runs/kitti", dataset=train)])
    """

    def __init__(self, run_dir: str | Path, *, dataset: Any = None, keep: int = 2) -> None:
        super().__init__()
        self.store = CheckpointStore(Path(run_dir) / "checkpoints", keep)
        self.resumed_from: Path | None = None
        self._dataset: Any = dataset if hasattr(dataset, "epoch") else None

    def on_train_begin(self, logs: Any = None) -> None:
        # All callbacks have the model by now, so that a weighting's state is among its variables.
        checkpoint = self.store.newest()
        self.resumed_from = None
        if checkpoint is not None:
            self._restore(checkpoint)
            self.model._initial_epoch = checkpoint.epoch  # as Keras' own backup tells `fit`
            self.resumed_from = checkpoint.path

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.model._initial_epoch = None  # was for this fit, not for the next one

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        arrays, variables = {}, {}
        for name, variable in self._variables():
            arrays[name] = ops.convert_to_numpy(variable)
            variables[name] = variable.path
        meta = {
            "auxnet_keras": __version__,
            "keras": keras.__version__,
            "data_epoch": None if self._dataset is None else int(self._dataset.epoch),
            "logs": {name: float(value) for name, value in (logs or {}).items()},
            "variables": variables,
        }
        self.store.write(epoch + 1, arrays, meta)

    def on_train_end(self, logs: Any = None) -> None:
        self.model._initial_epoch = None  # a finished run that was started again has no epoch left

    def restore(self) -> Checkpoint | None:
        """Puts the newest checkpoint's variables back into the model, and nothing else.

        Which epoch it is and where the data are stay as they are. `None` without a checkpoint.
        """
        checkpoint = self.store.newest()
        if checkpoint is not None:
            self._restore_variables(checkpoint)
        return checkpoint

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

    def _restore(self, checkpoint: Checkpoint) -> None:
        self._restore_variables(checkpoint)
        if self._dataset is not None and checkpoint.meta["data_epoch"] is not None:
            self._set_data_epoch(checkpoint.meta["data_epoch"])

    def _restore_variables(self, checkpoint: Checkpoint) -> None:
        variables = dict(self._variables())
        saved = checkpoint.meta["variables"]
        for name in sorted(variables.keys() | checkpoint.arrays.keys()):
            ours, theirs = variables.get(name), checkpoint.arrays.get(name)
            if ours is None or theirs is None or tuple(ours.shape) != theirs.shape:
                here = "nothing" if ours is None else f"{ours.path} {tuple(ours.shape)}"
                there = "nothing" if theirs is None else f"{saved[name]} {theirs.shape}"
                raise CheckpointError(
                    f"The checkpoint {checkpoint.path} belongs to another model, weighting or "
                    f"optimizer: it has {there} where this fit has {here}. Build what it was "
                    "written with, or use another run folder. "
                    f"Received: {len(variables)} variables, {len(checkpoint.arrays)} in the file."
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
