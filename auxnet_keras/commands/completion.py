"""Completes names in the shell, from the catalogues."""

from collections.abc import Callable, Iterable


def one_of(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Completes a name.

    Args:
        names: Called when the shell asks, so that what plugins register is there.
    """

    def complete(incomplete: str) -> list[str]:
        return [name for name in names() if name.startswith(incomplete)]

    return complete


def some_of(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Completes the last of several names with commas between them."""

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{name}" for name in names() if name.startswith(last)]

    return complete


def data(incomplete: str) -> list[str]:
    """Completes a kind of data; `:` follows where a folder must."""
    from auxnet_keras.data.readers.catalogue import KINDS

    kinds = (f"{name}:" if kind.needs_root else name for name, kind in KINDS.items())
    return [kind for kind in kinds if kind.startswith(incomplete)]
