"""How the tasks' gradients compare while a network trains: length, angle, balance."""

import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras.callbacks.batch_table import EPOCH, continue_table, line, place_of
from auxnet_keras.callbacks.event_file import close_file, release_file, shared_file, steps_of
from auxnet_keras.callbacks.event_log import Position
from auxnet_keras.callbacks.event_tags import tagged
from auxnet_keras.callbacks.gradient_measures import PREFIX, gradient_measures
from auxnet_keras.callbacks.held import Held
from auxnet_keras.callbacks.probe_gradients import first_batch, gram_function
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.step_state import hand_back
from auxnet_keras.core.types import Logs
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.write_errors import writing


class GradientDiagnostics(Held, keras.callbacks.Callback):
    """Measures the tasks' gradients on the shared parameters, on one batch, as training goes on.

    With g_k the gradient of the unweighted loss of task k on the probe batch, and n_k its norm:

    - `gradient_norm_<task>`: n_k;
    - `gradient_cosine_<a>_<b>`: g_a . g_b / (n_a n_b); below 0 the tasks are in conflict;
    - `gradient_magnitude_similarity_<a>_<b>`: 2 n_a n_b / (n_a^2 + n_b^2): 1 for equal lengths,
      0.02 for a ratio of 100;
    - `gradient_condition`: largest by smallest eigenvalue of the matrix of cosines, at most 1e6:
      1 for gradients at right angles.

    The logs of an epoch have the means of its measurements, of which there is at least one. A task
    without a valid pixel in the probe batch has the norm 0; its cosine and similarity are NaN.

    A measurement is one forward pass and one backward pass per task, about one and a half training
    steps for two tasks: every 100 batches it costs 1.5 % of the time. It changes nothing in the
    training, which stays the same bit by bit: no weight, statistic, seed or optimizer state.
    BatchNormalization uses the statistics of the probe batch, as in training.

    Args:
        data: A batch (x, {task: target}), or a data set, of which the first batch is taken now. Of
            a `tf.data.Dataset` that shuffles itself, give a batch: taking one changes its order.
        every: Measure after so many batches, and after an epoch that has fewer.
        path: CSV file for every measurement and the task weights at that time; continued if it
            exists. A resumed run drops the rows of batches that it repeats.
        log_dir: TensorBoard's folder, for every measurement: the group `gradient`.
        after: As for `auxnet_keras.callbacks.TensorBoard`.

    Attributes:
        measured: Column of the CSV to its values so far, for `ak.plots.gradient_diagnostics`.

    Raises:
        ConfigError: `every` or `data` is invalid. When a fit begins: the model has one task, the
            tasks share no trained parameter, or the data lacks a task's target.
        DataError: The file cannot be written.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.MGDA(),
        ...                             ak.callbacks.GradientDiagnostics(val, every=50)])
    """

    def __init__(
        self,
        data: Any,
        every: int = 100,
        *,
        path: str | Path | None = None,
        log_dir: str | Path | None = None,
        after: int = 0,
    ) -> None:
        super().__init__()
        check_whole("every", every, least=1)
        self.every = int(every)
        self.path = None if path is None else Path(path)
        self.log_dir = log_dir
        self.after = after
        self.measured: dict[str, list[float]] = {}
        self._batch = keras.tree.map_structure(
            lambda each: None if each is None else ops.convert_to_tensor(each), first_batch(data)
        )
        self._file: Any = None

    def set_model(self, model: keras.Model) -> None:
        tasks = getattr(model, "tasks", ())
        if len(tasks) < 2:
            raise ConfigError(
                "GradientDiagnostics compares the tasks of an auxnet_keras.models.AuxiliaryModel. "
                f"Received: tasks={tuple(tasks)}."
            )
        super().set_model(model)
        if self.log_dir is not None:
            close_file(self.log_dir)

    def on_train_begin(self, logs: Logs = None) -> None:
        self._gram = gram_function(self.model, self._batch)
        self._file = None if self.log_dir is None else shared_file(self.log_dir, self.model)
        self.measured = {}

    def rewind(self, position: Position) -> None:
        """Removes what a killed run had written after the checkpoint from which it resumes.

        Args:
            position: Of the checkpoint.
        """
        if self._file is not None:
            self._file.rewind(position, self.after)

    def flush(self) -> None:
        """Writes to disk what a checkpoint counts as written."""
        if self._file is not None:
            self._file.flush()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch
        self._batches = 0

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        steps = (self.params or {}).get("steps") or batch + 1
        before, self._batches = self._batches, min(batch + 1, steps)
        if isinstance(self.model.train_function, TrainedBatches):
            return  # a batch of a resumed epoch that is not trained again
        if not self.measured:
            self._begin(batch)
        if self._batches // self.every > before // self.every:  # some are executed together
            self._take()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if not self.measured:  # without a single batch
            self._begin(0)
        if max(self.measured[EPOCH], default=0.0) <= epoch:
            self._take()
        if logs is not None:
            logs.update(self._means())
        self.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        if self.log_dir is not None:
            close_file(self.log_dir)

    def release(self) -> None:
        """Closes the file; `fit` calls it however it ends."""
        if self.log_dir is not None:
            release_file(self.log_dir)

    def _take(self) -> None:
        gradients = gradient_measures(self._gram(), self.model.tasks)
        place = place_of(self._epoch, max(self._batches - 1, 0), self.params)
        row = {EPOCH: float(place), **gradients, **self._weights()}
        for name, value in row.items():
            self.measured[name].append(value)
        if self.path is not None:
            with writing(self.path), self.path.open("a", encoding="utf-8", newline="") as file:
                file.write(line([place, *(repr(value) for value in list(row.values())[1:])]))
        if self._file is not None:
            self._file.scalars(tagged(gradients, "batch"), steps_of(self.model) + self.after)

    def _begin(self, batch: int) -> None:
        """Takes over the rows before a batch, so that a resumed epoch has all its measurements."""
        tasks = self.model.tasks
        measures = gradient_measures(np.eye(len(tasks)), tasks)
        columns, earlier = [EPOCH, *measures, *self._weights()], []
        if self.path is not None:
            with writing(self.path):
                place = place_of(self._epoch, batch, self.params)
                earlier = continue_table(self.path, columns, place)
        self.measured = {
            name: [float(row.get(name) or "nan") for row in earlier] for name in columns
        }

    def _weights(self) -> dict[str, float]:
        weighting = getattr(self.model, "weighting", None)
        hand_back(self.model)
        current = {} if weighting is None else weighting.current()
        return {
            name: float(ops.convert_to_numpy(value))
            for name, value in current.items()
            if name.startswith("weight_")
        }

    def _means(self) -> dict[str, float]:
        """Of the measurements in this epoch, those that are NaN left out."""
        of_epoch = np.array(self.measured[EPOCH]) > self._epoch
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing is NaN
            return {
                name: float(np.nanmean(np.array(values)[of_epoch]))
                for name, values in self.measured.items()
                if name.startswith(PREFIX)
            }
