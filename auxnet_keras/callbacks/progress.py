"""The progress of training in one line."""

import time
from collections.abc import Container, Mapping, Sequence

import keras
from rich.text import Text

from auxnet_keras.callbacks.epoch_clock import EpochClock, TimeLeft
from auxnet_keras.callbacks.screens import LogScreen, Screen, screen
from auxnet_keras.core.types import Logs

PAUSE = 0.1
"""Seconds between two updates; more would not be noticed, and each one costs time."""


class Progress(keras.callbacks.Callback):
    """Every task's loss and weight, mean IoU, images per second and the time left, in one line.

    On a terminal and in a notebook the line changes in place; elsewhere (a log file, CI) there is
    one line per epoch. The final line of an epoch includes the validation.
    `segmentation 0.8123 x1.204` means: the unweighted loss, averaged since the epoch began, times
    the current weight:

        Epoch 3/200  segmentation 0.8123 x1.204  depth 2.31 x0.811  mIoU 0.412 | val ...

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
            self._screen.update(self._head().append("  compiling the training step ...", "dim"))
            self._first = False
        self._shown = 0.0
        self._clock.start()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        steps = self.params.get("steps")
        done = min(batch + 1, steps) if steps else batch + 1  # the last execution may be shorter
        left = self._time_left.seconds(self._epoch + (done / steps if steps else 0.0))
        now = time.monotonic()
        if now - self._shown >= PAUSE or done == steps:
            self._shown = now
            self._clock.refresh(self.model)
            line = self._head()
            line.append(f" {done}/{steps or '?'}", "dim").append(f"  ETA {duration(left)}")
            line.append("  ").append_text(describe(logs or {}, self._tasks)).append(self._pace())
            self._screen.update(line)

    def on_test_begin(self, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)
        logs = logs or {}
        line = self._head().append("  ").append_text(describe(logs, self._tasks))
        validation = describe(logs, self._tasks, "val_")
        if validation:
            line.append(" | val ", "dim").append_text(validation)
        left = self._time_left.seconds(epoch + 1)
        line.append(" |", "dim").append(f"{self._pace()}  {duration(self._clock.seconds)}")
        line.append(f"  ETA {duration(left)}")
        stays = self._keep is None or epoch + 1 in self._keep
        (self._screen.finish if stays else self._screen.update)(line)

    def _head(self) -> Text:
        head = Text.assemble((f"Epoch {self._epoch + 1}/{self.params['epochs']}", "bold"), end="")
        return head.append(f" {self._note}", "dim") if self._note else head

    def _pace(self) -> str:
        rate = self._clock.images_per_second
        return f"  {rate:.3g} images/s" if rate else ""


def describe(logs: Mapping[str, float], tasks: Sequence[str] = (), prefix: str = "") -> Text:
    """The losses, weights and mean IoU among `logs`.

    Args:
        logs: As Keras passes them to callbacks.
        tasks: The order of the losses; by default the order of the logs. A model without losses
            named after tasks shows its `loss`.
        prefix: `""` for training, `"val_"` for validation, which has no weights.
    """
    names = [name.removeprefix(prefix) for name in logs if name.startswith(prefix)]
    names = [name for name in names if prefix or not name.startswith("val_")]
    found = [name.removesuffix("_loss") for name in names if name.endswith("_loss")]
    ordered = [task for task in tasks if task in found]
    ordered += [task for task in found if task not in ordered]
    parts = []
    for task in ordered:
        part = Text.assemble((f"{task} ", "cyan"), f"{logs[f'{prefix}{task}_loss']:.4g}")
        if not prefix and f"weight_{task}" in logs:
            part.append(f" x{logs[f'weight_{task}']:.4g}", "magenta")
        parts.append(part)
    if not ordered and "loss" in names:
        parts.append(Text.assemble(("loss ", "cyan"), f"{logs[f'{prefix}loss']:.4g}"))
    parts.extend(
        Text.assemble(("mIoU ", "green"), f"{logs[prefix + name]:.3f}")
        for name in names
        if name.endswith("mean_iou")
    )
    return Text("  ").join(parts)


def duration(seconds: float | None) -> str:
    """`0:02:05` or `2 d 0:02:05`; `-:--` if unknown."""
    if seconds is None:
        return "-:--"
    days, rest = divmod(round(seconds), 86400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days} d {clock}" if days else clock
