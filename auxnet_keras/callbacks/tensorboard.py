"""TensorBoard's curves of a fit: one run, one axis, tags in groups."""

import types
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagecodecs
import keras
import numpy as np
from keras import ops

from auxnet_keras.callbacks import event_facts
from auxnet_keras.callbacks.epoch_clock import EpochClock
from auxnet_keras.callbacks.event_file import (
    EventFile,
    close_file,
    release_file,
    shared_file,
    steps_of,
)
from auxnet_keras.callbacks.event_layout import compared_scores
from auxnet_keras.callbacks.event_log import Position
from auxnet_keras.callbacks.event_records import tensor_summary
from auxnet_keras.callbacks.event_tags import tagged
from auxnet_keras.callbacks.held import Held
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.types import Logs

if TYPE_CHECKING:
    from auxnet_keras.data.frame import DatasetInfo


class TensorBoard(Held, keras.callbacks.TensorBoard):
    """Writes all logs for TensorBoard, in groups, with training steps as the only axis.

    In Keras' callback an epoch is a step, training and validation are two runs, every validation
    score appears twice, and each log is a group of its own. Here a fit is one run, the folder
    itself, and the values of an epoch stand at the training step at which it ends. Tags are

    - `score/<score>/<part>`: the scores of segmentation, abs_rel of depth, and other metrics;
    - `iou/<class>/<part>`, `depth/<score>/<part>`: IoU of every class, all other depth scores;
    - `loss/<task>/<part>` (unweighted), `loss/total/<part>`;
    - `weight/<task>`, `class_weight/<class>`: the loss weights;
    - `time/...`: epoch, learning rate, images per second, seconds per epoch.

    A part is `train` or `validation`; `evaluation` for `model.evaluate` outside of `fit`, and
    `running` for the running means that `update_freq` asks for. The tab Custom Scalars shows what
    belongs together in one chart, the main task first: training and validation, the IoU of all
    classes, all weights. The tab Text has the settings and the table of classes, and HParams
    compares the fits in the folder above by their scores.

    It needs no TensorFlow, and its memory does not grow from epoch to epoch, as that of Keras'
    callback does. What a model writes itself with `tf.summary` is not collected. With a
    `ResumableCheckpoint`, a resumed run continues its curves without repeated steps.

    Args:
        *args: As in Keras.
        settings: Name to value of what distinguishes this fit from others; by default what the
            model knows: network, tasks, weighting, optimizer.
        info: The data set's facts (`ak.data.info(kind)`), for the colours in the table of classes.
        after: Training steps of an earlier fit in the same folder, which this fit continues with a
            new optimizer.
        **kwargs: As in Keras, except that `write_steps_per_second` writes a value per epoch.

    Example:
        >>> model.fit(train, callbacks=[ak.callbacks.TensorBoard("runs/kitti/tensorboard")])
    """

    write_steps_per_second: bool

    def __init__(
        self,
        *args: Any,
        settings: Mapping[str, Any] | None = None,
        info: "DatasetInfo | None" = None,
        after: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings
        self.info = info
        self.after = after
        self._clock = EpochClock()

    @property
    def _file(self) -> EventFile:
        return shared_file(self.log_dir, self.model)

    @property
    def _step(self) -> np.int64:
        return steps_of(self.model) + self.after

    def set_model(self, model: keras.Model) -> None:
        close_file(self.log_dir)
        self._in_fit = False
        super().set_model(model)
        self._train_dir = self._val_dir = self.log_dir
        self._should_write_train_graph = False  # Keras 3 has no graph to write

    def on_train_begin(self, logs: Logs = None) -> None:
        super().on_train_begin(logs)
        self._global_train_batch = np.int64(0)
        self._in_fit = self._first = True
        self._before = self._step
        settings = event_facts.settings_of(self.model) if self.settings is None else self.settings
        self._settings = settings
        self._file.text("config", event_facts.config_table(settings), np.int64(self.after))
        names = getattr(self.model, "class_names", ())
        if names:
            palette = () if self.info is None else self.info.palette
            table = event_facts.class_table(names, palette)
            self._file.text("classes", table, np.int64(self.after))
        self._file.flush()

    def rewind(self, position: Position) -> None:
        """Removes what a killed run had written after the checkpoint from which it resumes.

        Args:
            position: Of the checkpoint.
        """
        self._file.rewind(position, self.after)
        self._before = self._step

    def flush(self) -> None:
        """Writes to disk what a checkpoint counts as written."""
        self._file.flush()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        every_batch, self.write_steps_per_second = self.write_steps_per_second, False
        super().on_train_batch_end(batch, None)
        self.write_steps_per_second = every_batch
        if self.update_freq == "epoch" or isinstance(self.model.train_function, TrainedBatches):
            return
        before, self._before = self._before, self._step
        if self._before // self.update_freq > before // self.update_freq:
            self._file.scalars(tagged(logs or {}, "running"), self._before)

    def on_test_begin(self, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)
        super().on_test_begin(logs)

    def on_test_end(self, logs: Logs = None) -> None:
        if not self._in_fit:  # else they are among the logs of the epoch
            self._file.scalars(tagged(logs or {}, "evaluation"), self._step)
            close_file(self.log_dir)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        super().on_epoch_begin(epoch, logs)
        self._clock.start()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)
        super().on_epoch_end(epoch, logs)
        self._file.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        super().on_train_end(logs)
        self._in_fit = False
        close_file(self.log_dir)

    def release(self) -> None:
        """Stops a trace and closes the file; `fit` calls it however it ends."""
        if getattr(self, "_is_tracing", False):
            self._stop_trace()
        release_file(self.log_dir)

    def _log_epoch_metrics(self, epoch: int, logs: Logs) -> None:
        times = {"epoch": epoch + 1, "seconds": self._clock.seconds}
        if self._clock.images_per_second:
            times["images_per_second"] = self._clock.images_per_second
        if self.write_steps_per_second:
            times["steps_per_second"] = self._compute_steps_per_second()
        values = {**self._collect_learning_rate({}), **(logs or {}), **times}
        self._file.scalars(tagged(values), self._step)
        if self._first:
            self._first = False
            self._write_hyperparameters()

    def _write_hyperparameters(self) -> None:
        scores = compared_scores(self._file.tags, getattr(self.model, "tasks", ()))
        folder = Path(self.log_dir).absolute()
        trial = str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder)
        summaries = event_facts.hyperparameters(self._settings, scores, trial)
        self._file.summaries(summaries, self._step)

    # --- What Keras' callback writes with TensorFlow -----------------------------------------

    def _push_writer(self, writer: Any, step: int) -> None:
        """Does nothing: `tf.summary` in a model has no file here."""

    def _pop_writer(self) -> None:
        """Does nothing, as `_push_writer`."""

    @property
    def _train_writer(self) -> None:
        """Keras hands it to `_push_writer`."""

    @property
    def _val_writer(self) -> None:
        """As `_train_writer`."""

    @property
    def summary(self) -> Any:
        """For Keras' images of weights."""
        return types.SimpleNamespace(image=self._image)

    def _image(self, name: str, data: Any, step: np.int64) -> None:
        pixels = (255.5 * np.clip(data[:3], 0.0, 1.0)).astype(np.uint8)  # as `tf.summary.image`
        if pixels.shape[-1] == 1:
            pixels = pixels[..., 0]
        self._file.image(name, [bytes(imagecodecs.png_encode(image)) for image in pixels], step)

    def _log_weights(self, epoch: int) -> None:
        from tensorboard.plugins.histogram.summary_v2 import histogram_pb

        for layer in self.model.layers:
            for weight in layer.weights:
                tag, values = weight.path.replace(":", "_"), ops.convert_to_numpy(weight)
                self._file.summaries([histogram_pb(f"{tag}/histogram", values)], self._step)
                if self.write_images:
                    self._log_weight_as_image(weight, f"{tag}/image", self._step)

    def _write_keras_model_summary(self) -> None:
        from tensorboard.compat.proto.summary_pb2 import SummaryMetadata

        if type(self.model).__name__ in ("Functional", "Sequential"):
            shown = SummaryMetadata()
            shown.plugin_data.plugin_name, shown.plugin_data.content = "graph_keras_model", b"1"
            graph = tensor_summary("keras", self.model.to_json().encode(), shown)
            self._file.summaries([graph], np.int64(0))

    def _start_trace(self) -> None:
        self._start_profiler(logdir=self._train_dir)
        self._is_tracing = True

    def _stop_trace(self, batch: int | None = None) -> None:
        self._stop_profiler()
        self._is_tracing = False
