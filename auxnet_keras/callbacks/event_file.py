"""The event file of a fit, which all callbacks that write to the same folder share.

TensorBoard takes a folder for a run, and may follow only the newest file in it: of several writers
in one folder it would show the values of one.
"""

import contextlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras.callbacks.event_layout import layout
from auxnet_keras.callbacks.event_log import Position, event_files, rewind
from auxnet_keras.callbacks.event_records import EventWriter, tensor_summary
from auxnet_keras.callbacks.event_tags import is_by_batch
from auxnet_keras.core.step_state import refresh
from auxnet_keras.errors import DataError
from auxnet_keras.storage.write_errors import writing

CLASS_WEIGHTS = "pictures/class_weights"
_PNG_SIZE = 16
"""Where width and height are in a PNG file."""
_UNDEFINED = ("score/", "iou/", "depth/", "gradient/")  # NaN where nothing was measured
_open: dict[Path, "EventFile"] = {}
_charted: dict[Path, set[str]] = {}
"""Folder -> the tags of this process's fits and evaluations in it: only the last layout counts."""


class EventFile:
    """Writes scalars, pictures and texts of one fit; a step of a tag is written once.

    It also writes the layout of the tab Custom Scalars, again whenever there are new tags.

    Args:
        folder: TensorBoard's folder.
        tasks: The main task, whose charts come first, then auxiliary ones; or none.

    Attributes:
        tags: Every tag with a scalar, and its last step.
        class_weights: Of every epoch before a resume: tag to value.
    """

    def __init__(self, folder: str, tasks: Sequence[str] = ()) -> None:
        self.tags: dict[str, int] = {}
        self.class_weights: list[dict[str, float]] = []
        self._folder = folder
        self._tasks = tasks
        self._older = event_files(Path(folder))
        self._writer: EventWriter | None = None
        self._rewound = False
        self._laid_out = 0
        self._recent: Sequence[Any] = ()

    def scalars(self, values: Mapping[str, Any], step: np.int64) -> None:
        """Writes those values whose tag has none at this step or a later one."""
        from tensorboard.plugins.scalar.summary_v2 import scalar_pb

        new = {
            tag: value
            for tag, value in values.items()
            if step > self.tags.get(tag, -1) and not _is_undefined(tag, value)
        }
        self.tags |= dict.fromkeys(new, int(step))
        # A record is kept or removed as a whole, when a run resumes.
        for by_batch in (True, False):
            part = [scalar_pb(tag, new[tag]) for tag in new if is_by_batch(tag) == by_batch]
            self.summaries(part, step)
        if len(self.tags) > self._laid_out:
            self._laid_out = len(self.tags)
            charted = _charted.setdefault(Path(self._folder).absolute(), set())
            charted.update(self.tags)
            self.summaries([layout(charted, self._tasks)], step)

    def picture(self, tag: str, files: Sequence[Path], step: np.int64) -> None:
        """Writes PNG files of one size, which TensorBoard shows as samples 1 to n of the tag."""
        self.image(tag, [file.read_bytes() for file in files], step)

    def image(self, tag: str, samples: Sequence[bytes], step: np.int64) -> None:
        """As `picture`, for the contents of PNG files."""
        from tensorboard.plugins.image.metadata import create_summary_metadata

        width, height = struct.unpack_from(">II", samples[0], _PNG_SIZE)
        texts = [str(width).encode(), str(height).encode(), *samples]
        self.summaries([tensor_summary(tag, texts, create_summary_metadata(None, None))], step)

    def text(self, tag: str, markdown: str, step: np.int64) -> None:
        """Writes a text, which TensorBoard shows as Markdown."""
        from tensorboard.plugins.text.summary_v2 import text_pb

        self.summaries([text_pb(tag, markdown)], step)

    def summaries(self, summaries: Iterable[Any], step: np.int64) -> None:
        """Writes `Summary` messages as one record."""
        summaries = list(summaries)
        if not summaries:
            return
        with self._writing():
            if self._writer is None:
                self._writer = EventWriter(Path(self._folder))
            self._writer.write(summaries, int(step))

    def rewind(self, position: Position, after: int = 0) -> None:
        """Removes from earlier files what a killed run had written after the checkpoint.

        Args:
            position: Of the checkpoint; every callback that shares this file passes it.
            after: Training steps of an earlier fit.
        """
        if not self._rewound:
            self._rewound = True
            rewind(self._older, position, after, self._note)

    def _note(self, event: Any) -> None:
        values = event.summary.value
        if not values:
            return
        if values[0].metadata.plugin_data.plugin_name == "scalars":
            self.tags.update(dict.fromkeys((value.tag for value in values), event.step))
            if any(value.tag.startswith("class_weight/") for value in values):
                self._recent = values
        elif values[0].tag == CLASS_WEIGHTS:  # the last record of an epoch
            self.class_weights.append(_class_weights(self._recent))

    def flush(self) -> None:
        """Writes to disk what is in memory."""
        if self._writer is not None:
            with self._writing():
                self._writer.flush()

    def close(self) -> None:
        """Closes the file."""
        if self._writer is not None:
            with self._writing():
                self._writer.close()

    def _writing(self) -> Any:
        kept = "It resumes from the last checkpoint."
        return writing(f"TensorBoard's files in {self._folder}", kept=kept)


def shared_file(folder: str | Path, model: keras.Model) -> EventFile:
    """The event file of the current fit in a folder."""
    key = Path(folder).absolute()
    if key not in _open:
        _open[key] = EventFile(str(folder), getattr(model, "tasks", ()))
    return _open[key]


def close_file(folder: str | Path) -> None:
    """Closes the event file of a fit that ended, or that failed before this one."""
    file = _open.pop(Path(folder).absolute(), None)
    if file is not None:
        file.close()


def release_file(folder: str | Path) -> None:
    """As `close_file`, after a fit whose own error a full disk must not hide."""
    with contextlib.suppress(DataError):
        close_file(folder)


def steps_of(model: keras.Model) -> np.int64:
    """Training steps so far, the only axis of all curves: the optimizer's count of updates."""
    refresh(model, [model.optimizer.iterations])
    return np.int64(ops.convert_to_numpy(model.optimizer.iterations))


def _is_undefined(tag: str, value: Any) -> bool:
    return tag.startswith(_UNDEFINED) and bool(np.isnan(value))


def _class_weights(values: Sequence[Any]) -> dict[str, float]:
    from tensorboard.util.tensor_util import make_ndarray

    return {
        value.tag: float(make_ndarray(value.tensor))
        for value in values
        if value.tag.startswith("class_weight/")
    }
