"""What identifies data without reading it: digests of frames, of choices and of cached samples."""

import hashlib
import stat
from collections.abc import Sequence
from pathlib import Path

from auxnet_keras.data.example import Example
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.resize import Size


def digest(choice: object) -> str:
    """16 hex digits that differ for choices with a different `repr`."""
    return hashlib.sha256(repr(choice).encode()).hexdigest()[:16]


def fingerprint(frames: Sequence[Frame]) -> str:
    """SHA-256 over the names of all frames and the sizes of their files.

    Only their sizes: reading tens of thousands of files would delay every start by minutes.
    """
    state = hashlib.sha256()
    for frame in frames:
        files = (frame.image, frame.label, frame.depth)
        sizes = [None if path is None else _size(path) for path in files]
        state.update(repr((frame.name, sizes)).encode())
    return state.hexdigest()


def _size(path: Path) -> int | None:
    """Bytes, with a single stat of the file; `None` if it does not exist."""
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None


def cache_key(examples: list[Example], size: Size, unit: str, ignore_void: bool, index: int) -> str:
    """Text that changes whenever the decoded sample could."""
    source, frame = examples[index].source, examples[index].frame
    files: list[tuple[str | int, ...]] = []
    for path in source.files(frame):
        try:
            state = path.stat()
            # The time of the last change of the file's own record cannot be set: it shows new
            # content whose size and time were made to look old, as `touch -r` and `cp -p` do.
            times = (state.st_mtime_ns, state.st_ctime_ns)
            files.append((str(path.resolve()), state.st_size, *times))
        except OSError:
            files.append((str(path), -1))
    # The name, too: one file may hold all frames.
    return repr((source.signature, frame.name, size, unit, ignore_void, files))
