"""Catalogues: every extension point has one, and everything that lists its entries reads it."""

import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from auxnet_keras.errors import ConfigError, shown, unknown

Entry = TypeVar("Entry")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class Catalogue(Mapping[str, Entry], Generic[Entry]):
    """Names and what they stand for, in the order in which they are listed.

    Entries name their code as `"package.module:object"`, so that listing them imports nothing.

    Args:
        what: What an entry is, for messages: "weighting".
        entries: Those that come with the package.
    """

    def __init__(self, what: str, entries: Mapping[str, Entry]) -> None:
        self.what = what
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Entry:
        """The entry of a name.

        Raises:
            KeyError: There is none; `find` says so in a sentence.
        """
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, name: str) -> Entry:
        """The entry of a name that a user typed.

        Raises:
            ConfigError: There is none; suggests the nearest name.
        """
        if name not in self._entries:
            raise unknown(self.what, name, self._entries)
        return self._entries[name]

    def add(self, name: str, entry: Entry) -> None:
        """Registers an entry of your own; from then on it works wherever the others do.

        Raises:
            ConfigError: The name is taken, or is not made of lower-case letters, digits, - and _.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigError(
                f"The name of a {self.what} has lower-case letters, digits, '-' and '_' and starts "
                f"with a letter. Received: {shown(name)}."
            )
        if self._entries.get(name, entry) != entry:
            raise ConfigError(
                f"There is a {self.what} of this name already; choose another name. "
                f"Received: {name!r}."
            )
        self._entries[name] = entry

    def remove(self, name: str) -> None:
        """Takes an entry out again."""
        del self._entries[name]


def load(code: Any) -> Any:
    """The object behind `"package.module:object"`; an object is returned as it is."""
    return pkgutil.resolve_name(code) if isinstance(code, str) else code
