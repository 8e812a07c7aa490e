"""history.csv: every epoch's logs, safe against a kill at any moment."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import keras

from auxnet_keras._files import replacing, told
from auxnet_keras.callbacks.epoch_clock import EpochClock
from auxnet_keras.errors import DataError, shown
from auxnet_keras.safety.files import MAX_TABLE, read_text


class HistoryFile(keras.callbacks.Callback):
    """Writes one row an epoch: `epoch` (from 0, as in Keras), every log, and two times.

    `seconds` is the wall-clock time of the epoch with its validation, `images_per_second` the
    training images over the training time; no other column depends on the clock. Numbers are
    written so that they read back as the same float.

    The file on disk is always whole: each epoch replaces it by a temporary file that is synced
    first. When a run is resumed, the rows of epochs that are done again are dropped.

    Args:
        path: The CSV file; continued if it exists.

    Raises:
        DataError: The existing file is no such table; the file cannot be written (disk full), and
            is as it was after the epoch before.

    Example:
        >>> model.fit(train, callbacks=[ak.callbacks.HistoryFile("runs/kitti/history.csv")])
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = Path(path)
        self._rows: list[dict[str, str]] = []
        self._clock = EpochClock()

    def on_train_begin(self, logs: Any = None) -> None:
        self._rows = self._read()
        self._first = True

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self._first:  # only now is it known where a resumed run starts
            self._rows = [row for row in self._rows if int(row["epoch"]) < epoch]
            self._first = False
        self._clock.start()

    def on_test_begin(self, logs: Any = None) -> None:
        self._clock.stop_training(self.model)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._clock.stop_training(self.model)
        values = {name: repr(float(value)) for name, value in (logs or {}).items()}
        self._rows.append(
            {
                "epoch": str(epoch),
                **values,
                "seconds": f"{self._clock.seconds:.3f}",
                "images_per_second": f"{self._clock.images_per_second:.3f}",
            }
        )
        self._write()

    def _write(self) -> None:
        columns = list(dict.fromkeys(name for row in self._rows for name in row))
        for name in ("seconds", "images_per_second"):
            columns.append(columns.pop(columns.index(name)))
        with (
            told(self.path),
            replacing(self.path) as temporary,
            temporary.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self._rows)

    def _read(self) -> list[dict[str, str]]:
        if not self.path.is_file():
            return []
        text = read_text(self.path, MAX_TABLE)
        try:
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
        except csv.Error as error:
            raise DataError(
                f"{self.path} is no history; move the file away, or write the history somewhere "
                f"else. Received: {error}."
            ) from error
        for number, row in enumerate(rows, start=2):
            if not re.fullmatch("[0-9]{1,10}", str(row.get("epoch", ""))):
                raise DataError(
                    f"{self.path}, line {number}, is no row of a history: expected a number in a "
                    "column `epoch`. Move the file away, or write the history somewhere else. "
                    f"Received: {shown(row.get('epoch'))}."
                )
        return rows
