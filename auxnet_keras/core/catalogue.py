"""Catalogues: one per extension point, read by everything that lists its entries."""

import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from auxnet_keras.errors import ConfigError, shown, unknown

Entry = TypeVar("Entry")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class Catalogue(Mapping[str, Entry], Generic[Entry]):
    """Names and their entries, in the order in which they are listed.

    An entry names its code as `"package.module:object"`, so that listing entries imports nothing.

    Args:
        what: The word for an entry in messages, for example "weighting".
        entries: The entries that come with the package.
    """

    def __init__(self, what: str, entries: Mapping[str, Entry]) -> None:
        self.what = what
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Entry:
        """The entry of a name.

        Raises:
            KeyError: The name is unknown; `find` raises a readable error instead.
        """
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, name: str) -> Entry:
        """The entry of a name that a user typed.

        Raises:
            ConfigError: The name is unknown; suggests the nearest one.
        """
        if name not in self._entries:
            raise unknown(self.what, name, self._entries)
        return self._entries[name]

    def add(self, name: str, entry: Entry) -> None:
        """Registers an entry of your own, which then works wherever the others do.

        Raises:
            ConfigError: The name is taken, or has other characters than lower-case letters, digits,
                - and _.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigError(
                f"The {self.what} name must start with a letter and may only contain lower-case "
                f"letters, digits, '-' and '_'. Received: {shown(name)}."
            )
        if self._entries.get(name, entry) != entry:
            raise ConfigError(
                f"This {self.what} name is already taken. Choose another name. Received: {name!r}."
            )
        self._entries[name] = entry

    def remove(self, name: str) -> None:
        """Removes an entry."""
        del self._entries[name]


def resolve(code: Any) -> Any:
    """The object that `"package.module:object"` names; an object is returned unchanged.

    Raises:
        ConfigError: There is no such module or object.
    """
    if not isinstance(code, str):
        return code
    try:
        return pkgutil.resolve_name(code)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"A catalogue entry names code that cannot be imported: {error}. Correct the entry, "
            f"or install what it needs. Received: {shown(code)}."
        ) from error
