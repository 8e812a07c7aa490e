"""history.csv: the logs of every epoch, in a file that survives a kill at any moment."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import keras

from auxnet_keras.callbacks.epoch_clock import EpochClock
from auxnet_keras.callbacks.epoch_numbers import counted_from_one
from auxnet_keras.core.types import Logs
from auxnet_keras.errors import DataError, shown
from auxnet_keras.safety.bounded_read import MAX_TABLE, read_text
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

_LAST = ("seconds", "images_per_second")


class HistoryFile(keras.callbacks.Callback):
    """Writes one row per epoch: `epoch` (from 1, as every message), every log, and two times.

    `seconds` is the wall-clock time of the epoch including validation, `images_per_second` the
    training images divided by the training time; no other column depends on the clock. Numbers are
    written so that they read back as the same float.

    The file on disk is always complete: each epoch replaces it with a temporary file that was
    synced first. A resumed run drops the rows of epochs that it repeats.

    Args:
        path: The CSV file; continued if it exists.

    Raises:
        DataError: The existing file is not a history file; the file cannot be written (disk full)
            and still holds the previous epochs.

    Example:
        >>> model.fit(train, callbacks=[ak.callbacks.HistoryFile("runs/kitti/history.csv")])
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = Path(path)
        self._table = _Table()
        self._clock = EpochClock()

    def on_train_begin(self, logs: Logs = None) -> None:
        self._table = _Table(self._read())
        self._first = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        if self._first:  # the first epoch of a resumed run is not known earlier
            earlier = (row for row in self._table.rows() if int(row["epoch"]) <= epoch)
            self._table = _Table(earlier)
            self._first = False
        self._clock.start()

    def on_test_begin(self, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._clock.stop_training(self.model)
        values = {name: repr(float(value)) for name, value in (logs or {}).items()}
        times = {
            "seconds": f"{self._clock.seconds:.3f}",
            "images_per_second": f"{self._clock.images_per_second:.3f}",
        }
        self._table.add({"epoch": str(epoch + 1), **values, **times})
        with writing(self.path):
            write_file(self.path, self._table.text())

    def _read(self) -> list[dict[str, str]]:
        if not self.path.is_file():
            return []
        text = read_text(self.path, MAX_TABLE)
        try:
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
        except csv.Error as error:
            raise DataError(
                f"{self.path} is not a history file. Move it away, or write the history to another "
                f"file. Received: {error}."
            ) from error
        for number, row in enumerate(rows, start=2):
            too_long = None in row  # more values than columns
            if too_long or not re.fullmatch("[0-9]{1,10}", str(row.get("epoch", ""))):
                raise DataError(
                    f"{self.path}, line {number}, is not a row of a history file. Expected a "
                    "number in the column `epoch`, and at most one value per column. Move the file "
                    "away, or write the history to another file. "
                    f"Received: {shown(list(row.values()))}."
                )
        return counted_from_one(rows)


class _Table:
    """Rows, kept as lines of CSV because these take less memory than dicts."""

    def __init__(self, rows: Iterable[dict[str, str]] = ()) -> None:
        self._columns: list[str] = []
        self._lines: list[str] = []
        for row in rows:
            self.add(row)

    def add(self, row: dict[str, str]) -> None:
        columns = list(dict.fromkeys([*self._columns, *row]))
        columns = [name for name in columns if name not in _LAST] + list(_LAST)
        if columns != self._columns:
            rows = list(self.rows())
            self._columns = columns
            self._lines = [self._line(earlier) for earlier in rows]
        self._lines.append(self._line(row))

    def rows(self) -> Iterator[dict[str, str]]:
        return csv.DictReader(self._lines, self._columns)

    def text(self) -> str:
        return "".join(
            [self._line(dict(zip(self._columns, self._columns, strict=True))), *self._lines]
        )

    def _line(self, row: dict[str, str]) -> str:
        line = io.StringIO()
        csv.DictWriter(line, self._columns, restval="", lineterminator="\n").writerow(row)
        return line.getvalue()
