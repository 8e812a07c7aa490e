"""The study's side of a worker process: sends requests, watches it, replaces it when it dies."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auxnet_keras.core.backend import backend
from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.config.config_file import config_text
from auxnet_keras.experiments.studies.places import ALL, PATIENCE, Place
from auxnet_keras.experiments.studies.plan import Planned

WORKER = "auxnet_keras.experiments.studies.worker"

RUNS_PER_PROCESS = 8
"""A backend frees memory only when its process ends; a start takes seconds."""

_POLL = 1.0  # seconds between two updates of a run's progress


class WorkerDiedError(AuxnetError):
    """The process ended during a run."""


class StoppedError(AuxnetError):
    """The study ended during a run."""


class Worker:
    """A worker process, started when it is first needed.

    Args:
        folder: The study's folder; its `log.txt` receives what training prints.
        place: The part of the machine for it; by default, all of it.
    """

    def __init__(self, folder: Path, place: Place = ALL) -> None:
        self.folder, self.place = folder, place
        self._process: subprocess.Popen[str] | None = None
        self._requests_sent = 0
        self._ended = False

    def request(self, do: str, run: Planned, on_wait: Callable[[], None]) -> dict[str, Any]:
        """Sends a request and waits for its answer.

        Args:
            do: `train` or `measure`.
            run: The run to train or measure.
            on_wait: Called once a second while waiting.

        Returns:
            {"done": ...} or {"error": sentence}.

        Raises:
            WorkerDiedError: The process ended without an answer.
            StoppedError: `end` was called.
        """
        if self._requests_sent >= RUNS_PER_PROCESS:
            self.stop()
        request = {"do": do, "config": config_text(run.config), "out": str(run.folder)}
        process = self._started()
        if self._ended:  # `end` may have looked before there was a process
            self.stop()
            raise StoppedError("The study has ended.")
        self._requests_sent += 1
        try:
            process.stdin.write(json.dumps(request) + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        except (BrokenPipeError, ValueError):  # `end` has just closed it
            return self._died(process)
        while True:
            try:
                line = self._answers.get(timeout=_POLL)
            except queue.Empty:
                on_wait()
                continue
            return self._died(process) if line is None else json.loads(line)

    def end(self) -> None:
        """Asks the process to end, without waiting; may be called from another thread."""
        self._ended = True
        process = self._process
        if process is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]

    def stop(self) -> None:
        """Ends the process and waits; during a run, until its batch is saved."""
        process, self._process, self._requests_sent = self._process, None, 0
        if process is None:
            return
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(PATIENCE)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()
        self._reader.join()

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "log.txt").open("a", encoding="utf-8") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", WORKER, self.folder / self.place.lock],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env={
                        "TF_CPP_MIN_LOG_LEVEL": "3",
                        **os.environ,
                        **self.place.variables,
                        "KERAS_BACKEND": backend(),
                    },
                )
            self._answers: queue.Queue[str | None] = queue.Queue()
            self._reader = threading.Thread(
                target=_read, args=(self._process.stdout, self._answers), daemon=True
            )
            self._reader.start()
        return self._process

    def _died(self, process: "subprocess.Popen[str]") -> Any:
        self._process, self._requests_sent = None, 0
        with contextlib.suppress(BrokenPipeError):  # input that it never read
            process.stdin.close()  # type: ignore[union-attr]
        code = process.wait()
        if self._ended:
            raise StoppedError("The study has ended.")
        how = f"signal {-code}" if code and code < 0 else f"exit status {code}"
        raise WorkerDiedError(
            "The training process ended unexpectedly, possibly for lack of memory. "
            f"{self.folder / 'log.txt'} has its last output. Received: {how}."
        )


def _read(stream: Any, lines: "queue.Queue[str | None]") -> None:
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)
