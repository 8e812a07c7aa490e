"""Output that outlives its reader: a closed pipe or pager does not end a training."""

import contextlib
import errno
import io
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

logger = logging.getLogger("auxnet_keras")

_GONE = {errno.EPIPE, errno.EBADF, errno.EIO, errno.ENXIO, errno.ENOSPC}


@contextlib.contextmanager
def steady_output() -> Iterator[None]:
    """Inside the block, what can no longer be written to standard output or error is dropped.

    The run's log.txt says so, and has what follows.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        _Steady(stream, name) for stream, name in zip(before, ("output", "error"), strict=True)
    )
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def open_standard_streams() -> None:
    """Gives a process without standard streams the null device in their place.

    Otherwise the next file that it opens is number 1 or 2, and libraries print into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


class _Nowhere(io.TextIOBase):
    """Takes everything and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


class _Steady:
    """A stream that does not raise when its reader has gone."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream, self._name = stream, name

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except (OSError, ValueError) as error:
            self._drop(error)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            self._drop(error)

    def _drop(self, error: OSError | ValueError) -> None:
        """Leads the stream to the null device; other errors are raised again."""
        if isinstance(error, OSError):
            if error.errno not in _GONE:
                raise error
        elif not self._stream.closed:
            raise error
        reason = error.strerror if isinstance(error, OSError) else "it is closed"
        # What is left in the stream's buffer needs a place to go to, also when Python exits.
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(null, self._stream.fileno())
        except (OSError, ValueError):  # not a file
            self._stream = _Nowhere()
        finally:
            os.close(null)
        logger.warning(
            "standard %s cannot be written (%s); the training continues, and this log has the rest",
            self._name,
            reason,
            extra={"file_only": True},
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
