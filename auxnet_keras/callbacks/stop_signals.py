"""SIGTERM, SIGUSR1 and Ctrl-C, put off until the batch is over and its state is saved."""

import signal
import sys
import threading
from types import FrameType
from typing import Any

_PUT_OFF = [
    signal.SIGINT,
    signal.SIGTERM,
    *([signal.SIGUSR1] if hasattr(signal, "SIGUSR1") else []),
]


class StopSignals:
    """Notes a signal instead of ending the process in the middle of a batch.

    A second Ctrl-C does not wait. Only the main thread may handle signals; elsewhere nothing is
    put off.

    Attributes:
        received: The signal that came, or `None`.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def start(self) -> None:
        """From now on signals are put off."""
        self.received = None
        if threading.current_thread() is threading.main_thread() and not self._before:
            for number in _PUT_OFF:
                self._before[number] = signal.signal(number, self._note)

    def stop(self) -> None:
        """Gives the signals back to whom they belonged before."""
        while self._before:
            signal.signal(*self._before.popitem())

    def obey(self) -> None:
        """Ends what a signal asked to end: `KeyboardInterrupt`, or exit with 128 + its number."""
        if self.received is None:
            return
        self.stop()
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + self.received)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received == number == signal.SIGINT:
            self.stop()
            raise KeyboardInterrupt
        self.received = number
