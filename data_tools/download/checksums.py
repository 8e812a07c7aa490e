"""Checks that a file is the published one."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from auxnet_keras.errors import DataError
from data_tools.download.catalogue import Remote

_CHUNK = 1 << 20


def check_published(
    path: Path,
    remote: Remote,
    advice: str,
    on_progress: Callable[[int, int | None], None],
    *,
    remove: Callable[[Path], None] | None,
) -> str:
    """Checks a file against its known size and checksums and returns its SHA-256.

    Args:
        advice: What the user can do, for the error.
        on_progress: For a progress bar; called with the bytes read and the total.
        remove: Called to remove a wrong file; None leaves it.

    Raises:
        DataError: It is a different file.
    """
    size = path.stat().st_size
    digests = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            for digest in digests.values():
                digest.update(chunk)
            on_progress(file.tell(), size)
    found = {"size": str(size)} | {name: digest.hexdigest() for name, digest in digests.items()}
    wanted = str(remote.size) if len(remote.sizes) == 1 else f"about {remote.size}"
    known = {
        "size": found["size"] if size in remote.sizes else wanted,
        "md5": remote.md5,
        "sha256": remote.sha256,
    }
    for what, expected in known.items():
        if expected is not None and found[what] != expected:
            if remove is not None:
                remove(path)
            state = "is left as it is" if remove is None else "was removed"
            raise DataError(
                f"Not the published file: {path}, which {state}. Expected {what} {expected}; "
                f"{advice}. Received: {what} {found[what]}."
            )
    return found["sha256"]
