"""Whole files of bounded size: no device, no pipe that never ends, nothing larger than expected."""

import stat
from pathlib import Path

from auxnet_keras.errors import AuxnetError, DataError

MAX_TEXT = 1_000_000
"""Bytes of a text a person writes, such as a configuration."""

MAX_TABLE = 1 << 26
"""Bytes of a table with a row an epoch; 10,000 epochs with 50 logs are a fifth of it."""


def file_size(path: Path, error: type[AuxnetError] = DataError) -> int:
    """The bytes of a file, which must be a regular one: a pipe or a device has no end.

    Raises:
        AuxnetError: Of the type asked for; there is no such file, or it is something else.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as problem:  # ValueError: a NUL in its name
        raise error(
            f"Cannot read {path}. Expected a readable file; check that it exists and its "
            f"permissions. Received: {getattr(problem, 'strerror', None) or problem}."
        ) from problem
    if not stat.S_ISREG(status.st_mode):
        raise error(
            f"Not a file: {path}. Expected a file with content; copy it there. "
            f"Received: a {_kind(status.st_mode)}."
        )
    return status.st_size


def read_bytes(path: Path, most: int, error: type[AuxnetError] = DataError) -> bytes:
    """The file's content.

    Args:
        path: The file.
        most: Bytes it may have; not one more is read.
        error: The exception's type.

    Raises:
        AuxnetError: As `file_size`; the file is larger, or cannot be read.
    """
    size = file_size(path, error)
    if size <= most:
        try:
            with path.open("rb") as file:
                data = file.read(size + 1)  # one more: it may grow meanwhile
        except OSError as problem:
            raise error(
                f"Cannot read {path}. Expected a readable file; check its permissions. "
                f"Received: {problem.strerror}."
            ) from problem
        size = max(size, len(data))
    if size > most:
        raise error(
            f"Refused to read {path}. Expected at most {most:,} bytes; such a file is smaller, so "
            f"look at what it is. Received: {size:,} bytes.",
            "too_large",
        )
    return data


def read_text(path: Path, most: int = MAX_TEXT, error: type[AuxnetError] = DataError) -> str:
    """The file's content as UTF-8 text; what is no UTF-8 becomes the replacement character.

    Raises:
        AuxnetError: As `read_bytes`.
    """
    return read_bytes(path, most, error).decode("utf-8", errors="replace")


def _kind(mode: int) -> str:
    kinds = {stat.S_ISDIR: "folder", stat.S_ISFIFO: "pipe", stat.S_ISSOCK: "socket"}
    return next((name for test, name in kinds.items() if test(mode)), "device")
