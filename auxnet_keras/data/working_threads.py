"""Threads that live only while they have something to do."""

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

THREADS = (os.cpu_count() or 1) + 2  # some wait, for a file or for Python's lock
_IDLE = 0.2
"""Seconds: a thread that waits longer for a job ends. Starting one for each batch costs more."""

_Job = tuple["Future[None]", Callable[[], None]]


class WorkingThreads:
    """Runs jobs in the order of their submission, several at a time.

    An idle thread ends. So none is left behind by whoever stops submitting jobs, whatever stopped
    it: a pool would have to be closed.

    Args:
        most: Largest number of threads.
    """

    NAME = "auxnet_keras data"

    def __init__(self, most: int = THREADS) -> None:
        self._most = most
        self._threads = self._idle = 0
        self._jobs: deque[_Job] = deque()
        self._changed = threading.Condition()

    def submit(self, job: Callable[[], None]) -> "Future[None]":
        """Runs a job soon; `wait` for it."""
        future: Future[None] = Future()
        with self._changed:
            self._jobs.append((future, job))
            one_more = len(self._jobs) > self._idle and self._threads < self._most
            self._threads += one_more
            self._changed.notify()
        if one_more:
            threading.Thread(target=self._work, name=self.NAME).start()
        return future

    def wait(self, future: "Future[None]") -> None:
        """Ends with the job, and raises what it raised; until it begins, does those before it."""
        while not (future.running() or future.done()):
            with self._changed:
                found = self._jobs.popleft() if self._jobs else None
            if found is not None:
                _do(*found)
        future.result()

    def drop(self) -> None:
        """Forgets the jobs that have not begun."""
        with self._changed:
            self._jobs.clear()

    def _work(self) -> None:
        while (found := self._next()) is not None:
            _do(*found)

    def _next(self) -> _Job | None:
        with self._changed:
            self._idle += 1
            there = self._changed.wait_for(lambda: self._jobs, _IDLE)
            self._idle -= 1
            if there:
                return self._jobs.popleft()
            self._threads -= 1
            return None


def _do(future: "Future[None]", job: Callable[[], None]) -> None:
    future.set_running_or_notify_cancel()
    try:
        job()
    except BaseException as error:  # whoever waits for it raises it
        future.set_exception(error)
    else:
        future.set_result(None)
