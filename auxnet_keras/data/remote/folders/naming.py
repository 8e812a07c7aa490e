"""Errors about a copied folder name its address, which the user has given, not the copy."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.errors import DataError


@contextlib.contextmanager
def naming(address: str | None, copy: Path) -> Iterator[None]:
    """Puts the address in place of the copy's folder into a DataError; None changes nothing."""
    try:
        yield
    except DataError as error:
        if address is None or str(copy) not in str(error):
            raise
        raise DataError(str(error).replace(str(copy), address), error.fault) from error
