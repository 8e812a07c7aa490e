"""Copies a file out of object storage through fsspec: whole or absent, with the policy of HTTP."""

import logging
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auxnet_keras.core.printable import printable
from auxnet_keras.data.remote import session as policy
from auxnet_keras.data.remote.folders.remote_file import Unreachable
from auxnet_keras.errors import ConfigError, DataError

_CHUNK = 1 << 20
FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
"""Errors of a store that trying again will not change."""

logger = logging.getLogger("auxnet_keras")


def fetch(
    url: str,
    path: Path,
    *,
    sizes: range,
    advice: str,
    on_progress: Callable[[int, int | None], None],
) -> Path:
    """Copies a file to its name plus `.part`.

    A read that fails is repeated from where it broke off; any progress resets the count.

    Args:
        url: The file, of any protocol that fsspec knows.
        path: The final name of the file; the caller renames it after the check.
        sizes: The sizes in bytes that it can have.
        advice: What the user can do if it fails, for the errors.
        on_progress: Called with the bytes received so far, and with the total if there is only one;
            also before another attempt, and may raise.

    Returns:
        The `.part` file, of one of these sizes.

    Raises:
        ConfigError: fsspec, or its package for this protocol, is missing.
        DataError: The file cannot be copied.
        OSError: The local file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    system, inner = opened(url)
    reached = idle = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        while True:
            try:
                data = _read(system, inner, reached, sizes)
            except FINAL as error:
                raise _failed(url, advice, type(error).__name__) from error
            except _Wrong as error:
                raise _failed(url, advice, str(error)) from error
            except Exception as error:  # every store has errors of its own
                idle += 1
                said = printable(" ".join(str(error).split()))[:100] or type(error).__name__
                if idle == policy.TRIES:
                    raise DataError(
                        f"Reading repeatedly breaks off at byte {reached}: {url}; {advice}. "
                        f"Received: {said}."
                    ) from error
                on_progress(reached, None)
                logger.warning("%s: %s; trying again", url, said)
                time.sleep(policy.BACKOFF * 2**idle)
                continue
            if not data:
                break
            file.write(data)
            reached, idle = reached + len(data), 0
            on_progress(reached, sizes[0] if len(sizes) == 1 else None)
        file.flush()
        os.fsync(file.fileno())
    return part


class _Wrong(Exception):  # noqa: N818
    """The store has another file."""


def _read(system: Any, inner: str, start: int, sizes: range) -> bytes:
    """The next bytes; none at the end of the file."""
    if start == 0:
        size = system.info(inner).get("size")
        if size is not None and size not in sizes:
            raise _Wrong(f"a file of {size} bytes instead of {_words(sizes)}")
    if start >= sizes[-1]:
        return b""
    data = system.cat_file(inner, start=start, end=min(start + _CHUNK, sizes[-1]))
    if not data and start not in sizes:
        raise OSError(f"{start} of {_words(sizes)}")
    return data


def opened(url: str) -> tuple[Any, str]:
    """The file system of an address, and the address as it names it.

    Raises:
        ConfigError: fsspec, or its package for this protocol, is missing.
        Unreachable: Nobody answers.
    """
    try:
        import fsspec

        return fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise ConfigError(
            f"Reading {url} needs fsspec and its package for this protocol; install them with pip "
            "install 'auxnet_keras[shards]' and, for example, s3fs or gcsfs. "
            f"Received: {' '.join(str(error).split())}."
        ) from error
    except (ConnectionError, TimeoutError, socket.gaierror) as error:  # ftp and sftp connect here
        raise Unreachable(
            f"The server does not answer: {url}; check the address and the connection, then give "
            f"the same command again. Received: {printable(' '.join(str(error).split()))[:200]}."
        ) from error
    except Exception as error:  # an unknown protocol, a missing key, ...
        raise ConfigError(
            f"Cannot open {url}. Expected a protocol that fsspec knows, with its keys in the "
            f"environment. Received: {printable(' '.join(str(error).split()))[:200]}."
        ) from error


def _failed(url: str, advice: str, received: str) -> DataError:
    return DataError(f"Cannot be copied: {url}; {advice}. Received: {received}.")


def _words(sizes: range) -> str:
    return f"{sizes[0]} bytes" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]} bytes"
