"""The progress of training in one line."""

import time
from collections.abc import Container, Mapping, Sequence

import keras
from rich.text import Text

from auxnet_keras.callbacks.epoch_clock import EpochClock, TimeLeft
from auxnet_keras.callbacks.progress_line import Form, describe, fitting, number
from auxnet_keras.callbacks.screens import LogScreen, Screen, screen
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.duration import duration
from auxnet_keras.core.types import Logs

PAUSE = 0.1
"""Seconds between two updates; more would not be noticed, and each one costs time."""


class Progress(keras.callbacks.Callback):
    """The main task's score, losses and their weights, images per second and the time left.

    On a terminal and in a notebook the line changes in place; elsewhere (a log file, CI) there is
    one line per epoch. The final line of an epoch includes the validation.
    `segmentation 0.8123 x1.204` means: the unweighted loss, averaged since the epoch began, times
    the current weight. The main task comes first, with mean IoU or, for depth, the mean relative
    error (`abs rel`):

        Epoch 3/200 12/96  mIoU 0.412  segmentation 0.8123 x1.204  depth 2.31 x0.811  ...

    A terminal of 80 columns has shorter words and, at the end of an epoch, the validation alone;
    a narrower one, or one with three tasks, leaves out weights and images per second:

        3/200 12%  mIoU 0.412  seg 0.812 x1.2  depth 2.31 x0.81  31 img/s  ETA 0:12:05

    Args:
        note: Text after the number of the epoch, such as the part of the run that it belongs to.
        keep: Epochs, counted from 1, whose line stays; the next epoch replaces the others. By
            default every line stays.

    Example:
        >>> model.fit(train, verbose=0, callbacks=[weighting, ak.callbacks.Progress()])
    """

    def __init__(self, note: str = "", *, keep: Container[int] | None = None) -> None:
        super().__init__()
        self._note = note
        self._keep = keep
        self._clock = EpochClock()
        self._screen: Screen = LogScreen()

    def on_train_begin(self, logs: Logs = None) -> None:
        self._screen = screen()
        self._time_left = TimeLeft(self.params["epochs"])
        self._tasks: Sequence[str] = getattr(self.model, "tasks", ())
        self._first = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch
        if self._first:
            head = self._head(Form(words=True))
            self._screen.update(head.append("  compiling the training step ...", "dim"))
            self._first = False
        self._shown = 0.0
        self._clock.start()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        steps = self.params.get("steps")
        done = min(batch + 1, steps) if steps else batch + 1  # the last execution may be shorter
        # Batches of a resumed epoch that are not trained again say nothing about the pace.
        skipped = isinstance(getattr(self.model, "train_function", None), TrainedBatches)
        place = self._epoch + (done / steps if steps else 0.0)
        left = None if skipped else self._time_left.seconds(place)
        now = time.monotonic()
        if now - self._shown >= PAUSE or done == steps:
            self._shown = now
            self._clock.refresh(self.model)
            self._screen.update(
                fitting(lambda form: self._training(form, done, logs or {}, left), self._room)
            )

    def on_test_begin(self, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)
        left = self._time_left.seconds(epoch + 1)
        line = fitting(lambda form: self._ended(form, logs or {}, left), self._room)
        stays = self._keep is None or epoch + 1 in self._keep
        (self._screen.finish if stays else self._screen.update)(line)

    @property
    def _room(self) -> int | None:
        """Columns for the line; the last one stays empty, where some terminals wrap."""
        width = self._screen.width
        return None if width is None else width - 1

    def _training(
        self, form: Form, done: int, logs: Mapping[str, float], left: float | None
    ) -> Text:
        steps = self.params.get("steps")
        line = self._head(form)
        if form.words or not steps:
            line.append(f" {done}/{steps or '?'}", "dim")
        elif form.share:
            line.append(f" {100 * done // steps}%", "dim")
        line.append("  ").append_text(describe(logs, self._tasks, form=form))
        return line.append(self._pace(form)).append(_eta(form, left))

    def _ended(self, form: Form, logs: Mapping[str, float], left: float | None) -> Text:
        line = self._head(form).append("  ")
        training = describe(logs, self._tasks, form=form)
        validation = describe(logs, self._tasks, "val_", form)
        if form.training and validation:
            line.append_text(training).append(" | ", "dim")
        if validation:
            line.append("val ", "dim").append_text(validation)
        else:
            line.append_text(training)
        line.append(self._pace(form))
        if form.words:
            line.append(f"  {duration(self._clock.seconds)}")
        return line.append(_eta(form, left))

    def _head(self, form: Form) -> Text:
        count = f"{self._epoch + 1}/{self.params['epochs']}"
        head = Text.assemble((f"Epoch {count}" if form.words else count, "bold"), end="")
        return head.append(f" {self._note}", "dim") if self._note else head

    def _pace(self, form: Form) -> str:
        rate = self._clock.images_per_second
        space = " " if form.pace[:1].isalpha() else ""
        shown = number(rate, 3 if form.words else 2)
        return f"  {shown}{space}{form.pace}" if rate and form.pace else ""


def _eta(form: Form, left: float | None) -> str:
    return f"  ETA {duration(left)}" if form.left else ""
