"""Opens the data set that `KIND:ROOT` names."""

from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.catalogue import source


def open_dataset(target: str) -> Source:
    """Opens the data set `KIND:ROOT`.

    Raises:
        ConfigError: An unknown kind, or no root.
        DataError: The folder does not exist.
    """
    kind, _, root = target.partition(":")
    return source(kind, root or None)
