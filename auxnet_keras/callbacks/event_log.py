"""TensorBoard's event files of a resumed run: without what was written after the checkpoint."""

import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auxnet_keras.storage.atomic import replacing

_BY_EPOCH = ("epoch_", "evaluation_", "predictions", "confusion", "class_weights")


@dataclasses.dataclass(frozen=True)
class Position:
    """Where a resumed run goes on.

    Attributes:
        epoch: Number of finished epochs.
        batch: Number of batches of the next one that are already trained.
        iterations: The optimizer's count of updates.
        passes: Number of finished epochs of this fit.
    """

    epoch: int
    batch: int
    iterations: int
    passes: int

    def executions(self, steps: int | None, at_once: int) -> int:
        """Executions of the step so far, of `at_once` batches, in passes of `steps` batches."""
        each = 0 if steps is None else math.ceil(steps / at_once)
        return self.passes * each + math.ceil(self.batch / at_once)


def event_files(folder: Path) -> list[Path]:
    """The event files in a folder and its subfolders."""
    return sorted(folder.rglob("events.out.tfevents.*"))


def rewind(files: Iterable[Path], position: Position, batches: int) -> None:
    """Removes the values of epochs and batches that the resumed run trains again.

    Otherwise TensorBoard would show them twice. A record that a kill cut off is removed, too. Tags
    that neither Keras nor this package writes are kept.

    Args:
        files: Event files that no writer has open.
        position: Values of its epoch and later ones are removed.
        batches: The last step of tags `batch_*` that is kept.
    """
    for file in files:
        if file.is_symlink():
            continue
        records, whole = _read(file)
        kept = [record for record in records if _is_before(record, position, batches)]
        if len(kept) < len(records) or not whole:
            _write(kept, file)


def _read(file: Path) -> tuple[list[bytes], bool]:
    """The records of a file, and whether it ends with a whole one."""
    import tensorflow as tf

    records: list[bytes] = []
    try:
        records.extend(record.numpy() for record in tf.data.TFRecordDataset(str(file)))
    except tf.errors.DataLossError:
        return records, False
    return records, True


def _is_before(record: bytes, position: Position, batches: int) -> bool:
    from tensorflow.core.util import event_pb2

    event: Any = event_pb2.Event.FromString(record)
    if not event.summary.value:
        return True
    tag = event.summary.value[0].tag
    if tag.startswith("batch_"):
        return event.step <= batches
    if tag.endswith("_vs_iterations"):  # of a validation, after the last batch of an epoch
        return event.step <= position.iterations - (position.batch > 0)
    return event.step < position.epoch or not tag.startswith(_BY_EPOCH)


def _write(records: list[bytes], file: Path) -> None:
    import tensorflow as tf

    with replacing(file) as temporary, tf.io.TFRecordWriter(str(temporary)) as writer:
        for record in records:
            writer.write(record)
