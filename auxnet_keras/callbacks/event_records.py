"""Event files, TensorBoard's format: records of an event each, with their length and checksums.

TensorFlow is not needed, and TensorBoard's own writer is not used: it writes on a thread, where a
full disk ends in a stack.
"""

import contextlib
import itertools
import os
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

_VERSION = "brain.Event:2"
_LENGTH, _SUM = struct.Struct("<Q"), struct.Struct("<I")
_numbers = itertools.count()  # two files of one second, in this process


class EventWriter:
    """Appends events to a new file.

    Args:
        folder: TensorBoard's folder; it is created.
    """

    def __init__(self, folder: Path) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        folder.mkdir(parents=True, exist_ok=True)
        unique = f"{int(time.time()):010}.{socket.gethostname()}.{os.getpid()}.{next(_numbers)}"
        name = f"events.out.tfevents.{unique}.v2"
        self._file = RecordWriter((folder / name).open("xb"))
        with self._closed_if_it_fails():
            self._file.write(
                Event(wall_time=time.time(), file_version=_VERSION).SerializeToString()
            )
            self._file.flush()

    def write(self, summaries: Iterable[Any], step: int) -> None:
        """Writes `Summary` messages as one event.

        Args:
            summaries: Messages of `tensorboard.compat.proto`.
            step: Step at which TensorBoard shows them.
        """
        from tensorboard.compat.proto.event_pb2 import Event

        event = Event(wall_time=time.time(), step=step)
        for summary in summaries:
            event.summary.MergeFrom(summary)
        with self._closed_if_it_fails():
            self._file.write(event.SerializeToString())

    def flush(self) -> None:
        """Hands to the operating system what is in memory."""
        with self._closed_if_it_fails():
            self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    @contextlib.contextmanager
    def _closed_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            with contextlib.suppress(OSError):  # the rest cannot be written either
                self._file.close()
            raise


def read_events(file: Path) -> tuple[list[tuple[bytes, Any]], bool]:
    """The (record, event)s of a file, and whether it ends with a whole one.

    Only the last record's own checksum is verified: a kill damages no other, and Python takes 25 s
    for those of 100 MB.
    """
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

    found: list[tuple[bytes, Any]] = []
    content, start = file.read_bytes(), 0
    while start < len(content):
        head = content[start : start + _LENGTH.size + _SUM.size]
        if len(head) < _LENGTH.size + _SUM.size:
            return found, False
        length, begin = _LENGTH.unpack_from(head)[0], start + len(head)
        end = begin + length + _SUM.size
        data = content[begin : begin + length]
        if masked_crc32c(head[: _LENGTH.size]) != _SUM.unpack_from(head, _LENGTH.size)[0]:
            return found, False
        if end > len(content) or (
            end == len(content) and masked_crc32c(data) != _SUM.unpack(content[-_SUM.size :])[0]
        ):
            return found, False
        try:
            found.append((content[start:end], Event.FromString(data)))
        except DecodeError:
            return found, False
        start = end
    return found, True


def tensor_summary(tag: str, value: Any, metadata: Any) -> Any:
    """A `Summary` with a tensor for one of TensorBoard's plug-ins.

    Args:
        tag: Name that TensorBoard shows.
        value: bytes, or a list of them.
        metadata: The plug-in's `SummaryMetadata`.
    """
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.util.tensor_util import make_tensor_proto

    tensor = make_tensor_proto(np.array(value, object))
    return Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])
