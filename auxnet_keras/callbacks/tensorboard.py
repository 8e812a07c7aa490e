"""Keras' TensorBoard callback without its memory leak, for runs of many epochs."""

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np

from auxnet_keras.callbacks.event_log import Position, event_files, rewind
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.types import Logs


class TensorBoard(keras.callbacks.TensorBoard):
    """As in Keras, but its memory does not grow from epoch to epoch.

    TensorFlow keeps every Python number that it is given. Keras' callback passes it all logs of
    every epoch and also of every batch, even with the default `update_freq="epoch"`, which writes
    nothing per batch. Here the logs are passed as arrays, which TensorFlow does not keep, and the
    logs of batches only if they are written. The event files are the same. Only
    `write_steps_per_second` still costs one number each time. With a `ResumableCheckpoint`, a
    resumed run continues its curves without repeated steps.

    Args:
        *args, **kwargs: As in Keras.

    Example:
        >>> model.fit(train, callbacks=[ak.callbacks.TensorBoard("runs/kitti/tensorboard")])
    """

    def set_model(self, model: keras.Model) -> None:
        self._older = event_files(Path(self.log_dir))
        super().set_model(model)

    def on_train_begin(self, logs: Logs = None) -> None:
        super().on_train_begin(logs)
        self._global_train_batch = np.int64(0)

    def rewind(self, position: Position) -> None:
        """Removes what a killed run had written after the checkpoint from which it resumes.

        Args:
            position: Of the checkpoint.
        """
        at_once = self.model.steps_per_execution
        done = position.executions((self.params or {}).get("steps"), at_once)
        for part in ("train", "validation"):
            folder = Path(self.log_dir) / part
            rewind((file for file in self._older if file.parent == folder), position, done)
        # It counts the executions that a resumed epoch skips once more.
        again = math.ceil(position.batch / at_once)
        self._global_train_batch = np.int64(done - again)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        written = isinstance(self.model.train_function, TrainedBatches)  # before a resume
        unused = written or self.update_freq == "epoch"
        super().on_train_batch_end(batch, None if unused else _arrays(logs))

    def on_test_end(self, logs: Logs = None) -> None:
        super().on_test_end(_arrays(logs))

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        super().on_epoch_end(np.int64(epoch), _arrays(logs))

    def _collect_learning_rate(self, logs: Logs) -> dict[str, Any]:
        return _arrays(super()._collect_learning_rate(logs))


def _arrays(logs: Logs) -> dict[str, Any]:
    return {name: np.asarray(value, np.float32) for name, value in (logs or {}).items()}
