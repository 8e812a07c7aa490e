"""A full disk or a forbidden folder, in a sentence."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.export.verification import ExportError


@contextlib.contextmanager
def writing(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """Turns `OSError`, and the `errors` of whoever else writes, into an ExportError."""
    caught: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        yield
    except caught as error:
        reason = getattr(error, "strerror", None) or getattr(error, "message", None) or error
        raise ExportError(
            f"The export to {path} was not written: {' '.join(str(reason).split())}. Free some "
            "space or make the folder writable; an earlier export is as it was. "
            f"Received: {str(path)!r}."
        ) from error
