"""Threads that live only while they have something to do."""

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

THREADS = (os.cpu_count() or 1) + 2  # some wait, for a file or for Python's lock


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
        self._running = 0
        self._jobs: deque[tuple[Future[None], Callable[[], None]]] = deque()
        self._lock = threading.Lock()

    def submit(self, job: Callable[[], None]) -> "Future[None]":
        """Runs a job soon; the result of the future raises what the job raised."""
        future: Future[None] = Future()
        with self._lock:
            self._jobs.append((future, job))
            one_more = self._running < self._most
            self._running += one_more
        if one_more:
            threading.Thread(target=self._work, name=self.NAME).start()
        return future

    def drop(self) -> None:
        """Forgets the jobs that have not begun."""
        with self._lock:
            self._jobs.clear()

    def _next(self) -> tuple[Any, Any] | None:
        with self._lock:
            if self._jobs:
                return self._jobs.popleft()
            self._running -= 1
            return None

    def _work(self) -> None:
        while (found := self._next()) is not None:
            future, job = found
            try:
                job()
            except BaseException as error:  # whoever waits for it raises it
                future.set_exception(error)
            else:
                future.set_result(None)
