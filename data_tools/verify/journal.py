"""Stores what has been checked, so that a long check resumes where it was stopped."""

import contextlib
import hashlib
import json
import logging
import os
import zlib
from collections.abc import Collection, Iterator
from io import FileIO
from pathlib import Path
from typing import Any

import platformdirs

from auxnet_keras.errors import DataError
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.lock import hold_lock
from auxnet_keras.storage.write_errors import reason

VERSION = 4
"""Incremented when the checks change."""

logger = logging.getLogger("auxnet_keras")


class Journal:
    """Results by key, one per line, appended as they come.

    Args:
        known: The results of earlier checks.
        file: Receives the new results; `None` if they cannot be stored.
    """

    def __init__(self, known: dict[str, dict[str, Any]], file: FileIO | None) -> None:
        self._known = known
        self._file = file

    def take(self, key: str) -> dict[str, Any] | None:
        """The result, if there is one; returned only once, so that memory holds it once."""
        return self._known.pop(key, None)

    def put(self, key: str, result: dict[str, Any]) -> None:
        """Stores a result; it survives if the process is killed after the call."""
        if self._file is None:
            return
        try:
            self._file.write(_line(key, result))
        except OSError as error:
            _warn_not_stored(reason(error))
            self._file = None


@contextlib.contextmanager
def journal(name: str, keys: Collection[str]) -> Iterator[Journal]:
    """Opens a journal in the user's cache folder.

    One process at a time writes to it. If another process does, or the folder cannot be written,
    earlier results are used and new ones are not stored. Useless lines are removed when they are
    the majority.

    Args:
        name: What is checked; each name has its own file.
        keys: The keys in use; results of other keys are useless.
    """
    digest = hashlib.sha256(os.fsencode(f"{VERSION} {name}")).hexdigest()[:32]
    path = platformdirs.user_cache_path("auxnet_keras") / "verify" / digest / "results"
    with contextlib.ExitStack() as stack:
        file = None
        try:
            stack.enter_context(hold_lock(path.parent, "verifying the same data set", DataError))
            known, useless = _read(path, keys)
            if useless > len(known):
                _compact(path, known)
            file = stack.enter_context(path.open("ab", buffering=0))
            file.write(b"\n")  # the last line may be incomplete
        except DataError:
            _warn_not_stored("another process is verifying the same data set")
            known, _ = _read(path, keys)
        except OSError as error:
            _warn_not_stored(reason(error))
            file = None  # the disk may be full after opening
            known, _ = _read(path, keys)
        yield Journal(known, file)


def _read(path: Path, keys: Collection[str]) -> tuple[dict[str, dict[str, Any]], int]:
    """The results, and the number of useless lines."""
    known: dict[str, dict[str, Any]] = {}
    useless = 0
    with contextlib.suppress(OSError), path.open("rb") as file:
        for line in file:
            entry = _entry(line.rstrip(b"\n"))
            if entry is None or entry[0] not in keys or entry[0] in known:
                useless += len(line) > 1
            if entry is not None and entry[0] in keys:
                known[entry[0]] = entry[1]
    return known, useless


def _compact(path: Path, known: dict[str, dict[str, Any]]) -> None:
    write_file(path, b"".join(_line(key, result) for key, result in known.items()))


def _line(key: str, result: dict[str, Any]) -> bytes:
    text = json.dumps([key, result]).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _entry(line: bytes) -> tuple[str, dict[str, Any]] | None:
    """Key and result; `None` for an incomplete or damaged line."""
    checksum, _, text = line.partition(b" ")
    if not text or checksum != b"%08x" % zlib.crc32(text):
        return None
    key, result = json.loads(text)
    return key, result


def _warn_not_stored(why: str) -> None:
    logger.warning("The results of this check are not stored for a later one: %s", why)
