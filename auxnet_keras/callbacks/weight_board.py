"""Loss weights and task losses in TensorBoard, batch by batch."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras import plots
from auxnet_keras.callbacks.event_log import Position, event_files, rewind
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.types import Logs


class WeightBoard(keras.callbacks.Callback):
    """Writes `batch_weight_<task>`, `batch_class_weight_<class>` and `batch_<task>_loss`.

    Weights are written as they are after the batch's update. Losses are of the batch alone, unlike
    Keras' logs, which are means since the epoch began. With `steps_per_execution=n` both are
    written every n batches, the losses as means over them. The step is the optimizer's count of
    batches, so a resumed run continues where it stopped. Use it together with
    `auxnet_keras.callbacks.TensorBoard`, which writes the values of every epoch
    (`epoch_weight_<task>`, IoU of every class).

    With class weights it also draws a picture `class_weights` after every epoch: a heat map of
    class by epoch, for the epochs of this fit.

    Args:
        log_dir: TensorBoard's folder; the events go to its subfolder `weights`.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.TaskWeightBalancing(),
        ...                             ak.callbacks.WeightBoard("runs/kitti/tensorboard")])
    """

    def __init__(self, log_dir: str | Path) -> None:
        super().__init__()
        self.log_dir = Path(log_dir) / "weights"
        self._writer: Any = None

    def on_train_begin(self, logs: Logs = None) -> None:
        import tensorflow as tf
        from tensorboard.plugins.scalar.summary_v2 import scalar_pb

        self._summary, self._decode, self._scalar = tf.summary, tf.io.decode_png, scalar_pb
        self._older = event_files(self.log_dir)
        self._writer = tf.summary.create_file_writer(str(self.log_dir))
        self._step = np.int64(-1)
        self._losses = list(getattr(self.model, "task_loss_metrics", {}).values())
        self._weighting = getattr(self.model, "weighting", None)
        self._epochs: dict[str, list[float]] = {}

    def rewind(self, position: Position) -> None:
        """Removes what a killed run had written after the checkpoint from which it resumes.

        Args:
            position: Of the checkpoint.
        """
        rewind(self._older, position, position.iterations)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._before = dict.fromkeys((metric.name for metric in self._losses), (0.0, 0.0))

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        # An array: TensorFlow never forgets a Python number.
        step = ops.convert_to_numpy(self.model.optimizer.iterations).astype(np.int64)
        if isinstance(self.model.train_function, TrainedBatches):  # of a resumed epoch
            self._batch_losses()
        elif step > self._step:  # else the batch was skipped, or only added to a gradient
            self._write(step, logs or {})

    def _write(self, step: np.int64, logs: Mapping[str, Any]) -> None:
        self._step = step
        values = {n: v for n, v in logs.items() if n.startswith("weight_")}
        if self._weighting is not None:
            values.update(self._weighting.host_weights())
        values.update(self._batch_losses())
        # One record for all: concatenated summaries are again a valid summary.
        record = b"".join(
            self._scalar(f"batch_{name}", value).SerializeToString()
            for name, value in values.items()
        )
        with self._writer.as_default():
            self._summary.experimental.write_raw_pb(record, step=step)

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
            for name, value in {"epoch": epoch + 1, **weights}.items():
                self._epochs.setdefault(name, []).append(value)
            with tempfile.TemporaryDirectory() as folder, self._writer.as_default():
                file = plots.class_weight_map(self._epochs, Path(folder) / "class_weights.png")
                image = self._decode(file.read_bytes(), channels=3)
                self._summary.image("class_weights", image[None], step=np.int64(epoch))
        self._writer.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        self._writer.close()
