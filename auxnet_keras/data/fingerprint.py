"""What identifies choices and cached samples without reading files."""

import hashlib
import itertools
from collections.abc import Iterator

from auxnet_keras.data.example import Examples
from auxnet_keras.data.resize import Size

_PART = 1 << 14


def digest(choice: object) -> str:
    """16 hex digits that differ for choices with a different `repr`."""
    return hashlib.sha256(repr(choice).encode()).hexdigest()[:16]


def digest_of_all(choices: Iterator[object]) -> str:
    """`digest(list(choices))`, without the list."""
    found, start = hashlib.sha256(b"["), ""
    while part := list(itertools.islice(choices, _PART)):
        found.update((start + ", ".join(map(repr, part))).encode())
        start = ", "
    found.update(b"]")
    return found.hexdigest()[:16]


def cache_key(examples: Examples, size: Size, unit: str, ignore_void: bool, index: int) -> str:
    """Text that changes whenever the decoded sample could."""
    source, frame = examples[index].source, examples[index].frame
    known = source.content_keys(frame)
    if known is not None:
        return repr((source.signature, frame.name, size, unit, ignore_void, known))
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
