"""The last sentence of a process whose cluster is lost."""

import atexit
import ctypes
import os
import signal
import sys

_kept: dict[str, object] = {}
_broken = False


def end_with(sentence: str) -> None:
    """Makes this the last line of the process if JAX aborts it, as when another process is lost.

    JAX aborts from a thread of its own, and raises nothing that Python could catch: only a handler
    in C of the signal that `abort` sends comes before the end.
    """
    line = f"\n{sentence}\n".encode()

    def say_and_end(number: int) -> None:
        os.write(2, line)
        os._exit(1)

    handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(say_and_end)
    install = ctypes.CDLL(None).signal
    install.argtypes, install.restype = [ctypes.c_int, ctypes.c_void_p], ctypes.c_void_p
    install(signal.SIGABRT, ctypes.cast(handler, ctypes.c_void_p))
    _kept["handler"] = handler  # or Python would free it


def leave_at_once() -> None:
    """Lets the process end without waiting for the others, which may be waiting for it."""
    global _broken
    if not _broken:
        _broken = True
        atexit.register(_end)


def _end() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
