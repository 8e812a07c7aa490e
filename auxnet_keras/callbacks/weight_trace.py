"""weights.csv: the task weights batch by batch, where history.csv has those of every epoch."""

from pathlib import Path

import keras

from auxnet_keras.callbacks.batch_table import (
    EPOCH,
    continue_table,
    line,
    place_of,
    read_columns,
)
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.types import Logs
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
        place = place_of(self._epoch, batch, self.params)
        with writing(self.path):
            if not self._last:
                earlier = continue_table(self.path, [EPOCH, *weights], place)
                self._last = [earlier[-1].get(name) or "" for name in weights] if earlier else []
                if row == self._last:  # as before the resume
                    return
            # At once, so that an interrupt loses nothing.
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.write(line([place, *row]))
        self._last = row


def read_weight_trace(path: Path) -> dict[str, list[float]]:
    """Column of `weights.csv` -> its values; empty without a file.

    Raises:
        DataError: The file is damaged.
    """
    return read_columns(path)
