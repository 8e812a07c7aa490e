"""One progress line for a study: the current run, its progress, and the time left."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from auxnet_keras.callbacks.screens import screen
from auxnet_keras.core.duration import duration
from auxnet_keras.experiments.studies.plan import Planned


class StudyProgress:
    """Counts the epochs of all runs, weighted by their steps; several threads may call it.

    Args:
        runs: The runs to train, in order.
        steps: The number of steps of each run.
        done: The number of runs that were already finished.
    """

    def __init__(self, runs: Sequence[Planned], steps: Sequence[int], done: int) -> None:
        self._numbers = {str(run): number for number, run in enumerate(runs, done + 1)}
        self._steps = {str(run): count for run, count in zip(runs, steps, strict=True)}
        self._screen = screen()
        self._lock = threading.Lock()
        self._training: dict[str, tuple[Planned, float]] = {}  # and when it began
        self._ended = 0.0  # steps of the runs that have ended in this call
        self._before = 0.0  # steps that were done before it
        self._start = time.monotonic()

    def begin(self, run: Planned) -> None:
        """Notes that a run starts or resumes."""
        with self._lock:
            self._training[str(run)] = (run, time.monotonic())
            self._before += self._position(run)
        self.redraw()

    def redraw(self) -> None:
        """Shows the progress of the runs in training."""
        with self._lock:
            runs = [run for run, _ in self._training.values()]
            line = self._line(*runs).append(f"  ETA {duration(self._left(runs))}", "dim")
            self._screen.update(line)

    def end(self, run: Planned, outcome: str) -> None:
        """Notes that a run has ended."""
        with self._lock:
            _, began = self._training.pop(str(run))
            self._ended += self._steps[str(run)]
            took = duration(time.monotonic() - began)
            self._screen.finish(self._line(run).append(f"  {outcome}  {took}"))

    def _line(self, *runs: Planned) -> Text:
        numbers = ", ".join(str(self._numbers[str(run)]) for run in runs)
        count = max(self._numbers.values())
        which = f"  {runs[0]}" if len(runs) == 1 else ""
        word = "Run" if len(runs) == 1 else "Runs"
        return Text.assemble((f"{word} {numbers}/{count}", "bold"), which, end="")

    def _position(self, run: Planned) -> float:
        """Steps done in a run."""
        share = epochs_done(run.folder) / max(1, run.config.all_epochs)
        return min(1.0, share) * self._steps[str(run)]

    def _left(self, runs: Sequence[Planned]) -> float | None:
        """Seconds until all have ended, at the pace so far."""
        position = self._ended + sum(map(self._position, runs))
        done = position - self._before
        if done <= 0:
            return None
        rest = sum(self._steps.values()) - position
        return (time.monotonic() - self._start) / done * rest


def epochs_done(folder: Path) -> int:
    """Lines of a run's history without the header; 0 before the first epoch."""
    try:
        with (folder / "history.csv").open("rb") as file:
            return max(0, sum(1 for _ in file) - 1)
    except OSError:
        return 0
