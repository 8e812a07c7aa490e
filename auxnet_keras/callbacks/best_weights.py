"""best.weights.h5: the weights of the epoch with the lowest validation loss of the main task."""

import contextlib
import io
import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import h5py
import keras

from auxnet_keras.core.types import Logs
from auxnet_keras.errors import DataError, unknown
from auxnet_keras.safety import check_weights
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing


class BestWeights(keras.callbacks.Callback):
    """Keeps the weights of the best epoch in one file.

    The file is complete or absent, never half written. Its HDF5 attributes `monitor`, `value` and
    `epoch` say what it holds: a resumed run reads them and never replaces a better file with a
    worse one. A fit that starts at epoch 0 starts over. The optimizer's state, with Adam twice as
    large as the weights, is not saved: use `ResumableCheckpoint` to continue training. Models other
    than `AuxiliaryModel` warn about the missing state when they load the file.

    Args:
        path: Ends with `.weights.h5`.
        monitor: The log to watch; by default `val_<main task>_loss`, as in paper A.
        mode: Whether `"min"` or `"max"` is best.

    Attributes:
        value: The best value so far; infinite before the first epoch.
        epoch: The epoch of the best value, from 0; `None` before the first epoch.

    Raises:
        ConfigError: The mode is unknown, or the validation log does not exist.
        DataError: The file cannot be written (disk full). On resume: the existing file is damaged,
            or was written for another log.

    Example:
        >>> model.fit(train, validation_data=val,
        ...           callbacks=[ak.callbacks.BestWeights("best.weights.h5")])
    """

    def __init__(self, path: str | Path, *, monitor: str | None = None, mode: str = "min") -> None:
        super().__init__()
        if mode not in ("min", "max"):
            raise unknown("mode", mode, ("min", "max"))
        self.path = Path(path)
        self.monitor = monitor
        self.mode = mode
        self.value = math.inf
        self.epoch: int | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        if self.monitor is None:
            task = getattr(self.model, "main", None)
            self.monitor = "val_loss" if task is None else f"val_{task}_loss"
        self._first = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        if self._first:  # the first epoch of a resumed run is not known earlier
            self._forget()
            if epoch > 0 and self.path.is_file():
                self._remember()
            self._first = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = logs or {}
        validation = [name for name in logs if name.startswith("val_")]
        if self.monitor not in logs:
            if validation:
                raise unknown("log to monitor", self.monitor, validation)
            return  # no validation in this epoch (`validation_freq`)
        value = float(logs[self.monitor])
        if self._better(value):
            self.value, self.epoch = value, epoch
            self._save()

    def on_train_end(self, logs: Logs = None) -> None:
        if logs is not None and self.epoch is None:
            warnings.warn(
                f"No best weights were saved because {self.monitor!r} was missing or not finite in "
                "every epoch. Pass validation_data to fit.",
                stacklevel=2,
            )

    def _better(self, value: float) -> bool:
        return value < self.value if self.mode == "min" else value > self.value

    def _forget(self) -> None:
        self.value = math.inf if self.mode == "min" else -math.inf
        self.epoch = None

    def _save(self) -> None:
        memory = _WeightsInMemory()
        with _without_optimizer(self.model):
            self.model.save_weights(memory)
        with h5py.File(memory, "r+") as file:
            file.attrs.update(monitor=self.monitor, value=self.value, epoch=self.epoch)
        kept = "The previous file is unchanged."
        with writing(f"The best weights {self.path}", kept=kept):
            write_file(self.path, memory.getbuffer())

    def _remember(self) -> None:
        try:
            check_weights(self.path, self.model.count_params())
            with h5py.File(self.path, "r") as file:
                monitor, value, epoch = (file.attrs[k] for k in ("monitor", "value", "epoch"))
            self.value, self.epoch = float(value), int(epoch)
        except (OSError, KeyError, ValueError, TypeError):
            raise DataError(
                f"{self.path} is damaged or was not written by BestWeights, so the best value of "
                "the resumed run is unknown. Move the file away to start over. "
                f"Received: {str(self.path)!r}."
            ) from None
        if monitor != self.monitor:
            raise DataError(
                f"{self.path} holds the best epoch according to {monitor!r}, and this fit monitors "
                f"{self.monitor!r}. Move the file away, or monitor {monitor!r}. "
                f"Received: monitor={self.monitor!r}."
            )


@contextlib.contextmanager
def _without_optimizer(model: keras.Model) -> Iterator[None]:
    """Hides the optimizer: `save_weights` would save its state, and Keras 3.15 leaks memory."""
    optimizer = getattr(model, "optimizer", None)  # missing before `compile`
    if optimizer is None:
        yield
        return
    try:
        model.optimizer = None
        yield
    finally:
        model.optimizer = optimizer


class _WeightsInMemory(io.BytesIO):
    """A buffer that `save_weights` accepts as a file.

    On a full disk HDF5 fails while closing the file, where Python can only print the traceback.
    """

    def __str__(self) -> str:
        return "best.weights.h5"  # Keras checks the suffix
