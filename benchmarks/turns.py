"""Contenders in processes of their own that answer in turns, and may fail without the others.

A worker answers every line `REQUEST` on its input with a line of JSON; what libraries print goes
to its standard error. See `Worker` for the asking and `serve` for the answering side.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

LONGEST_REASON = 120


class WorkerFailed(Exception):  # noqa: N818 - an event, as in "the worker failed: out of memory"
    """A worker cannot answer; the message is short enough for a table."""


class Worker:
    """A process that answers requests, one at a time.

    Args:
        command: The program and its arguments.
        environment: Added to this process' environment.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None):
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            bufsize=0,
        )

    def ask(self, request: str, seconds: float) -> dict[str, Any]:
        """The answer.

        Raises:
            WorkerFailed: It answers with an error, ends, or takes longer than `seconds`.
        """
        try:
            self._process.stdin.write(f"{request}\n".encode())
        except BrokenPipeError:  # it ended before this request
            raise self._ended() from None
        if not select.select([self._process.stdout], [], [], max(0.0, seconds))[0]:
            self.close()
            raise WorkerFailed("out of time")
        line = self._process.stdout.readline()
        if not line:
            raise self._ended()
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(answer["error"])
        return answer

    def close(self) -> None:
        """Ends the process; a second call does nothing."""
        self._process.kill()
        self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._said):
            file.close()

    def _ended(self) -> WorkerFailed:
        code = self._process.wait()
        self._said.seek(0)
        said = [line.strip() for line in self._said if line.strip()] or ["no output"]
        self.close()
        return WorkerFailed(f"ended with exit status {code}: {said[-1][:LONGEST_REASON]}")


def serve(answers: Mapping[str, Callable[[], dict[str, Any]]]) -> None:
    """Answers requests until the input ends.

    Args:
        answers: Request to a function that returns the answer; what it raises becomes an error.
    """
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            answer = answers[line.strip()]()
        except Exception as error:
            answer = {"error": reason(error)}
        print(json.dumps(answer), file=output, flush=True)


def reason(error: BaseException) -> str:
    """Why a worker failed, in a few words."""
    text = f"{type(error).__name__}: {error}"
    if "RESOURCE_EXHAUSTED" in text or "out of memory" in text.lower():
        return "out of memory"
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed"
    return text.splitlines()[0][:LONGEST_REASON]


def seconds_per_step(step: Callable[[], object], steps: int, wait: Callable[[], object]) -> float:
    """Mean time of `steps` steps; `wait` returns when the device has finished them."""
    start = time.perf_counter()
    for _ in range(steps):
        step()
    wait()
    return (time.perf_counter() - start) / steps
