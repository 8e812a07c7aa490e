"""TensorBoard's event files of a resumed run: without what was written after the checkpoint."""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from auxnet_keras.callbacks.event_records import read_events
from auxnet_keras.callbacks.event_tags import is_by_batch, is_by_epoch
from auxnet_keras.storage.atomic import write_file

FACTS = ("config", "classes", "_hparams_/", "custom_scalars__config__")
"""Tags that describe a fit; a resumed fit writes them again."""


@dataclasses.dataclass(frozen=True)
class Position:
    """Where a resumed run goes on.

    Attributes:
        epoch: Number of finished epochs.
        batch: Number of batches of the next one that are already trained.
        iterations: The optimizer's count of updates.
    """

    epoch: int
    batch: int
    iterations: int


def event_files(folder: Path) -> list[Path]:
    """The event files in a folder."""
    return sorted(folder.glob("events.out.tfevents.*"))


def rewind(
    files: Iterable[Path],
    position: Position,
    after: int = 0,
    note: Callable[[Any], None] = lambda event: None,
) -> None:
    """Removes the values of epochs and batches that the resumed run trains again.

    Otherwise TensorBoard would show them twice. A record that a kill cut off is removed, too. Tags
    that neither Keras nor this package writes are kept.

    Args:
        files: Event files that no writer has open.
        position: Values of later steps are removed.
        after: Training steps of an earlier fit, as for `callbacks.TensorBoard`.
        note: Called with every event that is kept.
    """
    for file in files:
        if file.is_symlink():
            continue
        events, whole = read_events(file)
        kept = []
        for record, event in events:
            if _is_before(event, position, after):
                kept.append(record)
                note(event)
        if len(kept) < len(events) or not whole:
            write_file(file, b"".join(kept))


def _is_before(event: Any, position: Position, after: int) -> bool:
    if not event.summary.value:
        return True
    tag, last = event.summary.value[0].tag, after + position.iterations
    if tag.startswith(FACTS):
        return event.step < after
    if is_by_batch(tag):
        return event.step <= last
    # The values of an epoch stand at its last step. Within an epoch they are still to come.
    return event.step <= last - (position.batch > 0) or not is_by_epoch(tag)
