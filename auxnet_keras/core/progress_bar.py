"""A progress bar: on stderr, and only on a terminal."""

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

_NARROW, _WIDE = 20, 40  # columns of the bar itself


def bar(*columns: ProgressColumn) -> Progress:
    """Shows progress and the time left. Lines printed to its console always appear."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(_WIDE if console.width > 80 else _NARROW),
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
