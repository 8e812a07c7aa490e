"""Lists the files below an address in object storage, through fsspec."""

import logging
import time
from collections.abc import Iterator
from typing import Any

from auxnet_keras.core.printable import printable
from auxnet_keras.data.remote import session as policy
from auxnet_keras.data.remote import store
from auxnet_keras.data.remote.folders.remote_file import RemoteFile, Unreachable
from auxnet_keras.errors import DataError

_VERSIONS = (
    "ETag",
    "etag",
    "md5Hash",
    "LastModified",
    "last_modified",
    "updated",
    "mtime",
    "created",
)
"""What stores call an ETag or the time of a change; fsspec leaves that to each of them."""

logger = logging.getLogger("auxnet_keras")


def store_files(address: str, tries: int) -> Iterator[RemoteFile]:
    """The files below an address.

    Args:
        address: Without a slash at its end.
        tries: Attempts; there are growing pauses between them.

    Raises:
        ConfigError: fsspec, or its package for this protocol, is missing.
        Unreachable: The store does not answer, or fails.
        DataError: It refuses, or does not tell a file's size.
    """
    system, inner = store.opened(address)
    above = f"{inner.rstrip('/')}/"
    for path, facts in _found(address, system, inner, tries).items():
        name = path.removeprefix(above)
        if name == path or name.endswith("/"):  # the address itself; a mark for a folder
            continue
        size = facts.get("size")
        if not isinstance(size, int) or size < 0:
            raise DataError(
                f"The store does not tell how large {address}/{printable(name)} is. Expected its "
                f"size in bytes; copy the data. Received: {size!r}."
            )
        version = next((str(facts[key]) for key in _VERSIONS if facts.get(key)), "")
        yield RemoteFile(name, f"{address}/{name}", size, printable(version)[:200])


def _found(address: str, system: Any, inner: str, tries: int) -> dict[str, dict[str, Any]]:
    for attempt in range(1, tries + 1):
        try:
            system.invalidate_cache()  # some stores would give the list of an earlier call
            return dict(system.find(inner, detail=True))
        except FileNotFoundError:
            return {}
        except Exception as error:  # every store has errors of its own
            said = printable(" ".join(str(error).split()))[:200] or type(error).__name__
            final = isinstance(error, store.FINAL)
            if final or attempt == tries:
                raise (DataError if final else Unreachable)(
                    f"The store does not list {address}; check the address, your rights and the "
                    "connection, then give the same command again. "
                    f"Received: {type(error).__name__}: {said}."
                ) from error
            logger.warning("%s: %s; trying again", address, said)
            time.sleep(policy.BACKOFF * 2**attempt)
    raise AssertionError("at least one attempt")
