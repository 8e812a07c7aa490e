"""What has been checked already, so that a long check goes on where it was stopped."""

import hashlib
import json
from typing import Any

import platformdirs

VERSION = 2
"""Raised when the same files would be checked in another way."""


class Journal:
    """Results by key, a line of JSON each, appended as they come; in the user's cache folder.

    A line that a killed process left half written is passed over.

    Args:
        name: Of what is checked; each has a file of its own.
    """

    def __init__(self, name: str) -> None:
        digest = hashlib.sha256(f"{VERSION} {name}".encode()).hexdigest()[:32]
        folder = platformdirs.user_cache_path("auxnet_keras") / "verify"
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{digest}.jsonl"
        self._known = self._read()
        self._file = self.path.open("a", encoding="utf-8")
        self._file.write("\n")  # behind what may be half a line

    def get(self, key: str) -> dict[str, Any] | None:
        """The result, if there is one."""
        return self._known.get(key)

    def put(self, key: str, result: dict[str, Any]) -> None:
        """Keeps a result; it is on disk when the call returns."""
        self._file.write(json.dumps([key, result]) + "\n")
        self._file.flush()

    def close(self) -> None:
        """No more results."""
        self._file.close()

    def _read(self) -> dict[str, dict[str, Any]]:
        known = {}
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    key, result = json.loads(line)
                except (ValueError, TypeError):
                    continue
                if isinstance(key, str) and isinstance(result, dict):
                    known[key] = result
        return known
