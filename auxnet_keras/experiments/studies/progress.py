"""One progress line for a study: the current run, its progress, and the time left."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from auxnet_keras.callbacks.progress import duration
from auxnet_keras.callbacks.screens import screen
from auxnet_keras.experiments.studies.plan import Planned


class StudyProgress:
    """Counts the epochs of all runs, weighted by their steps.

    Args:
        runs: The runs to train, in order.
        steps: The number of steps of each run.
        done: The number of runs that were already finished.
    """

    def __init__(self, runs: Sequence[Planned], steps: Sequence[int], done: int) -> None:
        self._runs, self._steps, self._before = runs, steps, done
        self._screen = screen()
        self._number = -1
        self._began = 0.0
        self._first = 0.0  # steps that were done before this call
        self._start: float | None = None

    def begin(self, run: Planned) -> None:
        """Notes that a run starts or resumes."""
        self._number += 1
        if self._start is None:
            self._start = time.monotonic()
            self._first = self._position(run)
        self._began = time.monotonic()
        self.redraw()

    def redraw(self) -> None:
        """Shows its progress."""
        run = self._runs[self._number]
        line = self._line(run).append(f"  ETA {duration(self._left(run))}", "dim")
        self._screen.update(line)

    def end(self, run: Planned, outcome: str) -> None:
        """Notes that a run has ended."""
        took = duration(time.monotonic() - self._began)
        self._screen.finish(self._line(run).append(f"  {outcome}  {took}"))

    def _line(self, run: Planned) -> Text:
        number, count = self._before + self._number + 1, self._before + len(self._runs)
        return Text.assemble((f"Run {number}/{count}", "bold"), f"  {run}", end="")

    def _position(self, run: Planned) -> float:
        """Steps done in all runs of this call."""
        share = epochs_done(run.folder) / max(1, run.config.all_epochs)
        return sum(self._steps[: self._number]) + min(1.0, share) * self._steps[self._number]

    def _left(self, run: Planned) -> float | None:
        done = self._position(run) - self._first
        if done <= 0 or self._start is None:
            return None
        rest = sum(self._steps) - self._position(run)
        return (time.monotonic() - self._start) / done * rest


def epochs_done(folder: Path) -> int:
    """Lines of a run's history without the header; 0 before the first epoch."""
    try:
        with (folder / "history.csv").open("rb") as file:
            return max(0, sum(1 for _ in file) - 1)
    except OSError:
        return 0
