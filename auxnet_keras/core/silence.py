"""Hides what libraries in C print: they write to file descriptor 2, past `sys.stderr`."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Inside the block, nothing reaches standard error.

    For calls whose failures are reported by a return value, too, such as OpenCV's of videos.
    """
    sys.stderr.flush()
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


@contextlib.contextmanager
def silent_unless_it_fails() -> Iterator[None]:
    """Inside the block, nothing reaches standard error; if it raises, everything does."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as output:
        os.dup2(output.fileno(), 2)
        try:
            yield
        except Exception:
            output.seek(0)
            os.write(kept, output.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
