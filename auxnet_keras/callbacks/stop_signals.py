"""Defers SIGTERM, SIGHUP, SIGUSR1 and Ctrl-C until the batch is done and its state is saved."""

import signal
import sys
import threading
from types import FrameType
from typing import Any

from auxnet_keras.callbacks.joint_stop import JointStop
from auxnet_keras.core.hosts import process_count

_DEFERRED = [
    signal.SIGINT,
    signal.SIGTERM,
    # SIGUSR1 is a scheduler's warning, SIGHUP a closed ssh session; Windows has neither.
    *(getattr(signal, name) for name in ("SIGUSR1", "SIGHUP") if hasattr(signal, name)),
]


class StopSignals:
    """Records a signal instead of ending the process in the middle of a batch.

    A second Ctrl-C does not wait. Only the main thread may handle signals; in other threads nothing
    is deferred.

    Of several processes that train together, all act on the signal that one of them gets.

    Attributes:
        received: The number of the received signal, or `None`; of several processes, once they
            have agreed.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._noted: int | None = None
        self._joint: JointStop | None = None
        self._before: dict[int, Any] = {}

    def start(self) -> None:
        """Defers signals from now on."""
        self.received = self._noted = None
        self._joint = JointStop() if process_count() > 1 else None
        if threading.current_thread() is threading.main_thread() and not self._before:
            for number in _DEFERRED:
                if not _hangups_are_ignored(number):
                    self._before[number] = signal.signal(number, self._note)

    def stop(self) -> None:
        """Restores the previous signal handlers."""
        while self._before:
            signal.signal(*self._before.popitem())

    def agree(self, logs: Any) -> None:
        """Agrees with the other processes, if there are any; call it after every batch.

        Args:
            logs: Of the batch.
        """
        if self._joint is not None:
            self.received = self._joint.agreed(self._noted, logs)

    def exit_if_received(self) -> None:
        """Acts on a received signal: `KeyboardInterrupt`, or exit with 128 + its number."""
        if self.received is None:
            return
        self.stop()
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + self.received)

    def exit_if_noted(self) -> None:
        """Acts on a signal after the last batch, when it is too late to agree."""
        self.received = self._noted
        self.exit_if_received()

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._noted == number == signal.SIGINT:
            self.stop()
            raise KeyboardInterrupt
        self._noted = number
        if self._joint is None:
            self.received = number


def _hangups_are_ignored(number: int) -> bool:
    """Whether the signal is a SIGHUP that `nohup` ignores, so that a job outlives its terminal."""
    return number == getattr(signal, "SIGHUP", None) and (
        signal.getsignal(number) is signal.SIG_IGN
    )
