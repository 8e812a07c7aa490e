"""The data set of a `KIND:ROOT`."""

from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.catalogue import source


def opened(target: str) -> Source:
    """The data set of `KIND:ROOT`.

    Raises:
        ConfigError: An unknown kind, or no root.
        DataError: No such folder.
    """
    kind, _, root = target.partition(":")
    return source(kind, root or None)
