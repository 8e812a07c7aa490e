"""SIGTERM, SIGHUP, SIGUSR1 and Ctrl-C wait until the batch is over and its state is saved."""

import signal
import sys
import threading
from types import FrameType
from typing import Any

_PUT_OFF = [
    signal.SIGINT,
    signal.SIGTERM,
    # A scheduler's warning, and a closed ssh session; Windows has neither.
    *(getattr(signal, name) for name in ("SIGUSR1", "SIGHUP") if hasattr(signal, name)),
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
                if not _hangups_are_ignored(number):
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


def _hangups_are_ignored(number: int) -> bool:
    """`nohup` asks for that, so that a job outlives its terminal."""
    return number == getattr(signal, "SIGHUP", None) and (
        signal.getsignal(number) is signal.SIG_IGN
    )
