"""A file below an address, and why a list of them may fail."""

from dataclasses import dataclass

from auxnet_keras.errors import DataError


@dataclass(frozen=True)
class RemoteFile:
    """A file of a data set at an address.

    Args:
        name: Below the address, with forward slashes.
        url: Where it is read.
        size: In bytes.
        version: What changes with the content: an ETag, or the time of the last change; "" if the
            store tells neither.
    """

    name: str
    url: str
    size: int
    version: str


class Unreachable(DataError):  # noqa: N818
    """Nobody answered, or the answer was that of a failing server: another time may be better."""
