"""The last sentence of a process whose cluster is lost."""

import atexit
import contextlib
import ctypes
import functools
import os
import signal
import sys
import threading
from collections.abc import Iterator

_kept: dict[str, object] = {}
_leaving = False


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


@contextlib.contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Inside the block, Ctrl-C ends the process where Python would notice it only after a wait."""
    before = signal.getsignal(signal.SIGINT)
    changed = (
        before is signal.default_int_handler
        and threading.current_thread() is threading.main_thread()
    )
    if changed:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if changed:
            signal.signal(signal.SIGINT, before)


def leave_at_once(code: int) -> None:
    """Lets the process end without waiting for the others, which may be waiting for it.

    Args:
        code: Its exit code.
    """
    global _leaving
    if not _leaving:
        _leaving = True
        atexit.register(functools.partial(_end, code))


def _end(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
