"""What the tools over a data set share: the data set of a `KIND:ROOT`, a bar, a full disk."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.catalogue import source
from auxnet_keras.errors import DataError


def opened(target: str) -> Source:
    """The data set of `KIND:ROOT`.

    Raises:
        ConfigError: An unknown kind, or no root.
        DataError: No such folder.
    """
    kind, _, root = target.partition(":")
    return source(kind, root or None)


def bar() -> Progress:
    """Frames done and the time left; on stderr, and on a terminal only."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


@contextlib.contextmanager
def writing(what: str, out: Path) -> Iterator[None]:
    """Turns the operating system's refusal to write into a sentence, for what can be gone on with.

    Raises:
        DataError: The disk is full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "the disk is full; free some space" if full else "give one that can be written"
        raise DataError(
            f"{what} cannot be written to the folder {out}: {remedy}, then give the same command "
            f"again, which goes on from here. Received: {error.strerror or error}."
        ) from error
