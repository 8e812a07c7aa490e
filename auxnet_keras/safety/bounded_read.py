"""Reads whole files of bounded size: no devices, no endless pipes, nothing larger than expected."""

import stat
from pathlib import Path

from auxnet_keras.errors import AuxnetError, DataError

MAX_TEXT = 1_000_000
"""Largest size in bytes of a text file that people write, such as a configuration."""

MAX_TABLE = 1 << 26
"""Largest size in bytes of a table with a row per epoch; 10,000 epochs of 50 logs take a fifth."""


def file_size(path: Path, error: type[AuxnetError] = DataError) -> int:
    """The bytes of a file, which must be a regular file: a pipe or a device may never end.

    Raises:
        AuxnetError: Of the type `error`; the file does not exist or is not a regular file.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as problem:  # ValueError: a NUL in its name
        raise error(
            f"Cannot read {path}. Expected a readable file. Check that it exists and check its "
            f"permissions. Received: {getattr(problem, 'strerror', None) or problem}."
        ) from problem
    if not stat.S_ISREG(status.st_mode):
        raise error(
            f"Not a file: {path}. Expected a regular file. Copy the content into one. "
            f"Received: a {_kind(status.st_mode)}."
        )
    return status.st_size


def read_bytes(path: Path, most: int, error: type[AuxnetError] = DataError) -> bytes:
    """The file's content.

    Args:
        path: The file.
        most: The largest size in bytes.
        error: The exception's type.

    Raises:
        AuxnetError: As `file_size`; the file is larger than `most`, or cannot be read.
    """
    size = file_size(path, error)
    if size <= most:
        try:
            with path.open("rb") as file:
                data = file.read(size + 1)  # one more, in case it grows meanwhile
        except OSError as problem:
            raise error(
                f"Cannot read {path}. Expected a readable file. Check its permissions. "
                f"Received: {problem.strerror}."
            ) from problem
        size = max(size, len(data))
    if size > most:
        raise error(
            f"Refused to read {path}. Expected at most {most:,} bytes, because files of this kind "
            f"are small. Check that it is the right file. Received: {size:,} bytes.",
            "too_large",
        )
    return data


def read_text(path: Path, most: int = MAX_TEXT, error: type[AuxnetError] = DataError) -> str:
    """The file's content as UTF-8 text; invalid bytes become the replacement character.

    Raises:
        AuxnetError: As `read_bytes`.
    """
    return read_bytes(path, most, error).decode("utf-8", errors="replace")


def _kind(mode: int) -> str:
    kinds = {stat.S_ISDIR: "folder", stat.S_ISFIFO: "pipe", stat.S_ISSOCK: "socket"}
    return next((name for test, name in kinds.items() if test(mode)), "device")
