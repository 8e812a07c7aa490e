"""Loss weights and task losses in TensorBoard, batch by batch."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras import plots
from auxnet_keras.callbacks.event_file import (
    CLASS_WEIGHTS,
    close_file,
    release_file,
    shared_file,
    steps_of,
)
from auxnet_keras.callbacks.event_log import Position
from auxnet_keras.callbacks.event_tags import tag_of, tagged
from auxnet_keras.callbacks.held import Held
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.step_state import refresh
from auxnet_keras.core.types import Logs
from auxnet_keras.plots.thumbnails import SIZE


class WeightBoard(Held, keras.callbacks.Callback):
    """Writes `weight/<task>`, `class_weight/<class>` and `loss/<task>/batch` for every batch.

    Weights are written as they are after the batch's update. Losses are of the batch alone, unlike
    Keras' logs, which are means since the epoch began. With `steps_per_execution=n` both are
    written every n batches, the losses as means over them. The step is the optimizer's count of
    batches, so a resumed run continues where it stopped. Use it together with
    `auxnet_keras.callbacks.TensorBoard`, which writes the values of every epoch.

    With class weights it also draws a picture `pictures/class_weights` after every epoch: a heat
    map of class by epoch.

    Args:
        log_dir: TensorBoard's folder.
        after: As for `auxnet_keras.callbacks.TensorBoard`.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.TaskWeightBalancing(),
        ...                             ak.callbacks.WeightBoard("runs/kitti/tensorboard")])
    """

    def __init__(self, log_dir: str | Path, *, after: int = 0) -> None:
        super().__init__()
        self.log_dir = Path(log_dir)
        self.after = after

    def set_model(self, model: keras.Model) -> None:
        super().set_model(model)
        close_file(self.log_dir)

    def on_train_begin(self, logs: Logs = None) -> None:
        self._file = shared_file(self.log_dir, self.model)
        self._step = np.int64(-1)
        self._losses = list(getattr(self.model, "task_loss_metrics", {}).values())
        self._weighting = getattr(self.model, "weighting", None)
        self._read = [variable for metric in self._losses for variable in metric.variables]
        if self._weighting is not None and self._weighting.host_weights():
            self._read += self.model.weighting_state.variables
        self._epochs: dict[str, list[float]] = {}

    def rewind(self, position: Position) -> None:
        """Removes what a killed run had written after the checkpoint from which it resumes.

        Args:
            position: Of the checkpoint.
        """
        self._file.rewind(position, self.after)
        earlier = self._file.class_weights
        names = {} if self._weighting is None else self._weighting.host_weights()
        for epoch, weights in enumerate(earlier, position.epoch - len(earlier)):
            self._keep(epoch, {name: weights[tag_of(name, "batch")] for name in names})

    def flush(self) -> None:
        """Writes to disk what a checkpoint counts as written."""
        self._file.flush()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._before = dict.fromkeys((metric.name for metric in self._losses), (0.0, 0.0))

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        step = steps_of(self.model)
        refresh(self.model, self._read)
        if isinstance(self.model.train_function, TrainedBatches):  # of a resumed epoch
            self._batch_losses()
        elif step > self._step:  # else the batch was skipped, or only added to a gradient
            self._step = step
            self._write(logs or {})

    def _write(self, logs: Mapping[str, Any]) -> None:
        values = {n: v for n, v in logs.items() if n.startswith("weight_")}
        if self._weighting is not None:
            values.update(self._weighting.host_weights())
        values.update(self._batch_losses())
        self._file.scalars(tagged(values, "batch"), self._step + self.after)

    def _batch_losses(self) -> dict[str, float]:
        """Every task's mean over the valid pixels since the last call in this epoch."""
        values = {}
        for metric in self._losses:
            total, count = (float(ops.convert_to_numpy(v)) for v in (metric.total, metric.count))
            total_before, count_before = self._before[metric.name]
            if count > count_before:  # otherwise the task had no valid pixel
                values[metric.name] = (total - total_before) / (count - count_before)
            self._before[metric.name] = (total, count)
        return values

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        weights = {} if self._weighting is None else self._weighting.host_weights()
        if weights:
            self._keep(epoch, weights)
            with tempfile.TemporaryDirectory() as folder:
                file = plots.class_weight_map(self._epochs, Path(folder) / "map.png", size=SIZE)
                self._file.picture(CLASS_WEIGHTS, [file], steps_of(self.model) + self.after)
        self._file.flush()

    def _keep(self, epoch: int, weights: Mapping[str, float]) -> None:
        for name, value in {"epoch": epoch + 1, **weights}.items():
            self._epochs.setdefault(name, []).append(value)

    def on_train_end(self, logs: Logs = None) -> None:
        close_file(self.log_dir)

    def release(self) -> None:
        """Closes the file; `fit` calls it however it ends."""
        release_file(self.log_dir)
