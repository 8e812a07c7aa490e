"""weights.csv: the task weights batch by batch, where history.csv has those of every epoch."""

import csv
import io
from pathlib import Path
from typing import Any

import keras

from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.types import Logs
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import MAX_TABLE, read_text
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

PREFIX = "weight_"
MOST = 1000
"""Rows of an epoch, so that the file stays small; of more batches, evenly spaced ones count."""


class WeightTrace(keras.callbacks.Callback):
    """Writes the weight of every task after every batch that changed one.

    The column `epoch` counts finished epochs: 3.25 is a quarter through the fourth one. A weight
    holds until the next row. A resumed run drops the rows of the batches that it repeats.

    Args:
        path: The CSV file; continued if it exists. Without a weighting none is written.

    Raises:
        DataError: The file cannot be written.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.TaskWeightBalancing(),
        ...                             ak.callbacks.WeightTrace("runs/kitti/weights.csv")])
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = Path(path)
        self._last: list[str] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        self._last = []

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        weights = {name: value for name, value in (logs or {}).items() if name.startswith(PREFIX)}
        if not weights or isinstance(self.model.train_function, TrainedBatches):
            return  # no weights, or a batch of a resumed epoch that is not trained again
        steps = max((self.params or {}).get("steps") or 0, batch + 1)
        if (batch + 1) % -(-steps // MOST) and batch + 1 < steps:
            return
        row = [f"{float(value):.6g}" for value in weights.values()]
        if row == self._last:
            return
        place = f"{self._epoch + (batch + 1) / steps:.6f}"
        with writing(self.path):
            if not self._last:
                self._last = self._begin(["epoch", *weights], float(place))
                if row == self._last:  # as before the resume
                    return
            # At once, so that an interrupt loses nothing.
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.write(_line([place, *row]))
        self._last = row

    def _begin(self, columns: list[str], place: float) -> list[str]:
        """Writes the file with the rows before `place`: the later ones are trained again.

        Returns:
            The weights of the last of these rows.
        """
        kept = [row for row in _rows(self.path) if float(row["epoch"]) < place]
        rows = [[row.get(name) or "" for name in columns] for row in kept]
        write_file(self.path, "".join(map(_line, [columns, *rows])))
        return rows[-1][1:] if rows else []


def read_weight_trace(path: Path) -> dict[str, list[float]]:
    """Column of `weights.csv` -> its values; empty without a file.

    Raises:
        DataError: The file is damaged.
    """
    columns: dict[str, list[float]] = {}
    for row in _rows(path):
        for name, value in row.items():
            columns.setdefault(name, []).append(float(value or "nan"))
    return columns


def _rows(path: Path) -> list[dict[str, Any]]:
    """All whole rows: a kill may have cut the last one."""
    if not path.is_file():
        return []
    text = read_text(path, MAX_TABLE)
    rows = list(csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1], newline="")))
    for number, row in enumerate(rows, start=2):
        try:
            [float(value or "nan") for value in (row["epoch"], *row.values())]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path}, line {number}, is not a row of task weights. Expected the number of "
                "finished epochs and one number per task. Move the file away; a resumed run writes "
                f"a new one. Received: {type(error).__name__}."
            ) from error
    return rows


def _line(values: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
