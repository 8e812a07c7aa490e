"""What the tools over a data set share: the data set of a `KIND:ROOT`, and a bar."""

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
