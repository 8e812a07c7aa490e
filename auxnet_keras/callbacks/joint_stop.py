"""Makes all processes of a run stop after the same batch, whichever of them got the signal."""

import itertools
from typing import Any

from auxnet_keras.core.meeting import Meeting

_FITS = itertools.count()
_agreed = False


def all_stop() -> bool:
    """Whether all processes stop by agreement, so that none has to be left behind."""
    return _agreed


class JointStop:
    """Agrees on the batch after which all stop; create it in all processes at once.

    Processes compute a batch together, so none can finish the next one before this one has said
    that it will be the last.
    """

    def __init__(self) -> None:
        global _agreed
        _agreed = False
        self._meeting = Meeting(f"stop-{next(_FITS)}")
        self._batches = 0

    def agreed(self, received: int | None, logs: Any) -> int | None:
        """The signal that all act on after this batch, or `None`; call it after every batch.

        Args:
            received: The number of the signal that this process got, or `None`.
            logs: Of the batch; with them, the batch is finished.
        """
        import jax

        global _agreed
        jax.block_until_ready(logs)
        self._batches += 1
        last = None if received is None else f"{self._batches + 1} {received}"
        said = self._meeting.first("signal", last)
        if said is None:
            return None
        batch, signal = map(int, said.split())
        _agreed = self._batches >= batch
        return signal if _agreed else None
