"""Downloads one file over HTTP: resumable, and either whole or absent."""

import contextlib
import errno
import json
import logging
import os
import re
import stat
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import requests
from urllib3.exceptions import HTTPError, ProtocolError

from auxnet_keras.core.printable import printable
from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.data.remote import session as policy
from auxnet_keras.data.remote.session import Session, root_cause
from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_text
from auxnet_keras.storage.atomic import write_file

TIMEOUT = 60.0
"""Seconds without data after which a connection counts as lost."""

_CHUNK = 1 << 16
_MAX_NOTE = 1 << 16
_LONGEST_REASON = 80

# Up to an exabyte: Python refuses to read numbers of thousands of digits.
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_SPAN = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)

logger = logging.getLogger("auxnet_keras")

OnProgress = Callable[[int, int | None], None]
"""Called with the bytes received so far, and with the total if the server states it."""


def fetch(
    url: str,
    path: Path,
    *,
    sizes: range | None,
    advice: str,
    on_progress: OnProgress,
    session: Session | None = None,
) -> Path:
    """Downloads a file under its name plus `.part`, or resumes an existing `.part` file.

    A partial file is resumed only if the server's file still has the same ETag, date and length.
    A connection that breaks or stalls is retried; any progress resets the count of attempts.

    Args:
        path: The final name of the file; the caller renames it after the check.
        sizes: The sizes in bytes that it can have, if known; a longer body is cut off.
        advice: What the user can do if it fails, for the errors.
        on_progress: For a progress bar; also called before another attempt, and may raise.
        session: Whose connections are used; by default, a new one's.

    Returns:
        The `.part` file, complete according to the server.

    Raises:
        DataError: The file cannot be downloaded.
        OSError: The file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    best = idle = 0
    with Session() if session is None else contextlib.nullcontext(session) as used:
        while True:
            try:
                _receive(used, url, part, sizes, on_progress)
                return part
            except (_StartOver, HTTPError) as error:
                reached = _length(part)
                idle = 0 if reached > best else idle + 1
                best = max(best, reached)
                if idle == policy.TRIES:
                    raise DataError(
                        f"The download repeatedly breaks off at byte {best}: {url}; {advice}. "
                        f"Received: {root_cause(error)}."
                    ) from error
                on_progress(reached, None)
                logger.warning("%s: %s; trying again", path.name, root_cause(error))
                time.sleep(policy.BACKOFF * 2**idle)
            except requests.RequestException as error:
                raise DataError(
                    f"Cannot be downloaded: {url}; {advice}. Received: {root_cause(error)}."
                ) from error


def forget(part: Path) -> None:
    """Removes a `.part` file and its note."""
    part.unlink(missing_ok=True)
    _note_place(part).unlink(missing_ok=True)


def is_ours(path: Path) -> bool:
    """Whether a finished file was downloaded by `fetch` rather than put there by the user."""
    part = path.with_name(f"{path.name}.part")
    return _note_place(part).is_file() and not part.exists()


class _StartOver(Exception):  # noqa: N818
    """The existing bytes are not the beginning of the server's file."""


class _Refused(requests.RequestException):
    """A response that retrying will not change."""


@dataclass(frozen=True)
class _Note:
    """Which file a `.part` file is the beginning of; kept next to it.

    Args:
        validator: The server's ETag, or the date of its file.
        total: Size of the whole file in bytes.
    """

    url: str
    validator: str | None
    total: int | None

    @property
    def valid(self) -> bool:
        """Whether the values, which may come from a file, are of the right kind."""
        sent = self.validator  # as a header
        header = sent is None or (isinstance(sent, str) and sent.isascii() and sent.isprintable())
        return header and (self.total is None or is_whole(self.total))

    def differs(self, other: "_Note") -> bool:
        """Whether any value that both know differs."""
        pairs = ((self.validator, other.validator), (self.total, other.total))
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _note_place(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _read_note(url: str, part: Path) -> _Note | None:
    """None if nothing says which file the existing bytes belong to."""
    try:
        note = _Note(**json.loads(read_text(_note_place(part), _MAX_NOTE)))
    except (OSError, ValueError, TypeError, RecursionError, DataError):
        return None
    if not note.valid:
        return None
    known = note.url == url and (note.validator or note.total)
    return note if known and part.is_file() else None


def _receive(
    session: Session, url: str, part: Path, sizes: range | None, on_progress: OnProgress
) -> None:
    """One connection: downloads everything, or the rest."""
    note = _read_note(url, part)
    start = _length(part) if note else 0
    if note and start == note.total:  # killed between the last byte and the rename
        return
    headers = {"Range": f"bytes={start}-"} if start else {}
    if start and note and note.validator:
        headers["If-Range"] = note.validator
    with session.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        if start and response.status_code == 416:
            forget(part)
            raise _StartOver(f"the server has no more than {start} bytes")
        if response.status_code not in (200, 206):
            reason = printable(str(response.reason))[:_LONGEST_REASON]
            raise _Refused(f"HTTP {response.status_code} {reason}")
        begin, now = _described(url, response)
        if sizes is not None and now.total is not None and now.total not in sizes:
            raise _Refused(f"a file of {now.total} bytes instead of {_words(sizes)}")
        if begin and (begin != start or note is None or note.differs(now)):
            forget(part)
            raise _StartOver("the server's file has changed")
        _write(response, part, begin, now, sizes, on_progress)


def _described(url: str, response: requests.Response) -> tuple[int, _Note]:
    """Where in the file the response begins, and which file it is."""
    headers, begin, total = response.headers, 0, None
    if response.status_code == 206:
        span = _SPAN.fullmatch(headers.get("Content-Range", ""))
        if span is None:
            raise ProtocolError(f"a part without a valid range: {headers.get('Content-Range')!r}")
        begin, total = int(span[1]), None if span[2] == "*" else int(span[2])
    elif _LENGTH.fullmatch(headers.get("Content-Length", "")):
        total = int(headers["Content-Length"])
    etag = headers.get("ETag", "")
    strong = etag and not etag.startswith("W/")  # a weak ETag does not promise the same bytes
    return begin, _Note(url, etag if strong else headers.get("Last-Modified"), total)


def _write(
    response: requests.Response,
    part: Path,
    begin: int,
    note: _Note,
    sizes: range | None,
    on_progress: OnProgress,
) -> None:
    chunks = response.raw.stream(_CHUNK, decode_content=False)
    chunk = next(chunks, b"")
    page = response.headers.get("Content-Type", "").startswith("text/html")
    if page or (not begin and chunk.lstrip().startswith(b"<")):
        raise _Refused(
            "a web page instead of the file, such as the login page of a network: "
            f"{' '.join(chunk[:60].decode('ascii', 'replace').split())!r}"
        )
    if not begin:
        # In this order: a note next to the bytes of another file would join the two.
        part.unlink(missing_ok=True)
        write_file(_note_place(part), json.dumps(asdict(note)))
    reached, most = begin, note.total if sizes is None else sizes[-1]
    with _opened(part) as file:
        while chunk:
            reached += len(chunk)
            if most is not None and reached > most:
                raise _Refused(f"more than the {most} bytes that the file has")
            file.write(chunk)
            on_progress(reached, note.total)
            chunk = next(chunks, b"")
        file.flush()
        os.fsync(file.fileno())
    if note.total not in (reached, None):
        raise ProtocolError(f"{reached} of {note.total} bytes")
    if sizes is not None and reached not in sizes:
        raise ProtocolError(f"{reached} of {_words(sizes)}")


def _opened(part: Path) -> IO[bytes]:
    """The file to append to, which must not be a link, pipe or device planted there.

    Raises:
        DataError: It is one.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(part, flags, 0o666)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO):  # a link; a pipe that nobody reads
            raise
        raise _not_a_file(part) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_a_file(part)
    return os.fdopen(descriptor, "ab")


def _not_a_file(part: Path) -> DataError:
    return DataError(
        f"{part} is in the way. Expected no such file, or the beginning of a download; remove it. "
        "Received: a link, a pipe or a device."
    )


def _words(sizes: range) -> str:
    return f"{sizes[0]} bytes" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]} bytes"


def _length(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
