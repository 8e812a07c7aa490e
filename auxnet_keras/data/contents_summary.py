"""Sums up one sort of fact about many frames, one after another and in bounded memory."""

import hashlib
import zlib
from typing import Any

import numpy as np

MAX_MARKS = 1 << 16
"""The largest number of marks: every checkpoint holds them."""


def column_facts(values: np.ndarray, per_mark: int) -> dict[str, Any]:
    """As `Summary.facts`, of a column of a `FrameTable`.

    Args:
        values: uint64, or names as bytes; zeros do not count.
        per_mark: The number of facts that share a mark.
    """
    digest, marks = hashlib.sha256(), bytearray()
    for start in range(0, len(values), per_mark):
        part = values[start : start + per_mark]
        # Names are padded to the longest in the data set, which may be in another split.
        data = b"\n".join(part.tolist()) if part.dtype.kind == "S" else part.tobytes()
        digest.update(b"\n" + data)
        marks.append(zlib.crc32(data) % 256)
    count = int((values != values.dtype.type()).sum())
    return {"count": count, "digest": digest.hexdigest(), "marks": marks.hex()}


class Summary:
    """The count, digest and marks of the facts that are added.

    Args:
        per_mark: The number of facts that share a mark.
    """

    def __init__(self, per_mark: int) -> None:
        self._per_mark = per_mark
        self._count = self._added = self._crc = 0
        self._digest = hashlib.sha256()
        self._marks = bytearray()

    def add(self, fact: Any) -> None:
        """Adds the fact of a frame; `None` does not count."""
        text = repr(fact).encode()
        self._count += fact is not None
        self._digest.update(b"\n" + text if self._added else text)
        if self._added % self._per_mark == 0:
            self._close()
        self._crc = zlib.crc32(text, self._crc)
        self._added += 1

    def _close(self) -> None:
        if self._added:
            self._marks.append(self._crc % 256)
        self._crc = 0

    @property
    def facts(self) -> dict[str, Any]:
        """As JSON."""
        last = [self._crc % 256] if self._added else []
        return {
            "count": self._count,
            "digest": self._digest.hexdigest(),
            "marks": bytes([*self._marks, *last]).hex(),
        }
