"""Redraws a training that runs elsewhere from its folder."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.jupyter.glance import Glance, glance

FILES = (
    *("config.yaml", "manifest.json", "history.csv", "weights.csv"),
    *("log.txt", "results.json"),
)


def watch(
    run: Run | str | Path,
    *,
    pause: float = 5.0,
    show: Callable[[Glance], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Shows a run's state, curves, weights and last lines of its log, and redraws them in place.

    The training may run in another process, on another machine that writes to the same disk, or not
    have started. Only its files are read. It returns when the run is finished; to stop earlier,
    interrupt the kernel: the training goes on.

    Args:
        run: The run folder, or the run.
        pause: Seconds between two looks, above 0; nothing is redrawn before a file changes.
        show: Shows what there is to see, in place of what it showed before; by default in the
            output of a notebook's cell.
        sleep: Waits for so many seconds.

    Raises:
        ConfigError: `pause` is not above 0, or there is no IPython to show it.

    Example:
        >>> ak.jupyter.watch(ak.experiments.load_run("runs/kitti"))
    """
    if not pause > 0:
        raise ConfigError(
            f"pause is the number of seconds between two looks. Expected a number above 0, such as "
            f"5. Received: {pause!r}."
        )
    folder = run.path if isinstance(run, Run) else Path(run)
    show = show or _cell_output()
    seen: Any = None
    last: Glance | None = None
    try:
        while True:
            stamps = _stamps(folder)
            if stamps != seen:
                last = glance(folder, last)
                show(last)
                if last.finished:
                    return
                seen = stamps if last.whole else None  # half-written: look again
            sleep(pause)
    except KeyboardInterrupt:
        return


def _stamps(folder: Path) -> list[tuple[int, int] | None]:
    """What changes with a file: when it was written, and its size."""
    found: list[tuple[int, int] | None] = []
    for name in FILES:
        try:
            facts = (folder / name).stat()
        except OSError:
            found.append(None)
        else:
            found.append((facts.st_mtime_ns, facts.st_size))
    return found


def _cell_output() -> Callable[[Glance], None]:
    """Shows in the current cell, always in the same output."""
    try:
        from IPython.display import display
    except ImportError as error:
        raise ConfigError(
            "Watching a run needs IPython, which shows it in a notebook; install "
            "auxnet_keras[notebook], or pass show=print. Received: no module IPython."
        ) from error
    output: Any = None

    def show(view: Glance) -> None:
        nonlocal output
        if output is None:
            output = display(view, display_id=True)
        else:
            output.update(view)

    return show
