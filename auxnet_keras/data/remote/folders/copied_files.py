"""The list of the files in a local copy of a folder: what is there, and what is still to come."""

import json
from dataclasses import dataclass
from pathlib import Path

from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import read_text
from auxnet_keras.storage.atomic import write_file

LISTING = "listing.jsonl"
"""Next to the copied files: a line about the copy, and one for each file."""

_LONGEST = 1 << 30


@dataclass(frozen=True)
class CopiedFiles:
    """Files by name, each with its size and version; no version while it is being replaced.

    The list is written before the files come, and each of them appears as a whole. So a listed file
    that is on disk is of its listed version.
    """

    address: str
    files: dict[str, tuple[int, str | None]]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(size for size, _ in self.files.values())

    def on_disk(self, data: Path) -> set[str]:
        """The names of the files that are in a folder, of the listed version."""
        found = set()
        for name, (size, version) in self.files.items():
            path = data / name
            if version is not None and path.is_file() and path.stat().st_size == size:
                found.add(name)
        return found

    def begun(self, before: "CopiedFiles", replaced: set[str]) -> "CopiedFiles":
        """The list while a copy becomes this one.

        Args:
            before: What the copy held; what is gone is listed until it is removed.
            replaced: The names of files on disk that other versions replace.
        """
        files = dict(before.files) | self.files
        files |= {name: (self.files[name][0], None) for name in replaced}
        return CopiedFiles(self.address, files)

    def write(self, folder: Path) -> None:
        """Writes the list, whole or not at all."""
        lines: list[object] = [{"address": self.address, "bytes": self.size}]
        lines += [[name, *facts] for name, facts in self.files.items()]
        write_file(folder / LISTING, "".join(f"{json.dumps(line)}\n" for line in lines))


def read_copied(folder: Path) -> CopiedFiles | None:
    """The list of a copy; None if there is none, or not of this form."""
    try:
        first, *rest = read_text(folder / LISTING, _LONGEST).splitlines()
        files = {name: (size, version) for name, size, version in map(json.loads, rest)}
        return CopiedFiles(json.loads(first)["address"], files)
    except (DataError, ValueError, TypeError, KeyError, RecursionError):
        return None


def copied_bytes(folder: Path) -> int:
    """The bytes of a copy when it is whole, from the first line of its list."""
    try:
        with (folder / LISTING).open("rb") as file:
            return int(json.loads(file.readline(1 << 16))["bytes"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return 0
