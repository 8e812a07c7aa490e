"""Checks weights files before Keras opens them."""

import io
import shutil
from pathlib import Path
from typing import Any

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.safety.bounded_read import file_size
from auxnet_keras.safety.hdf5 import check_hdf5
from auxnet_keras.safety.zip_file import MAX_DIRECTORY, open_zip

_HDF5 = (".h5", ".hdf5")
_WEIGHTS = "model.weights.h5"  # the member of a .keras file that holds them
_SPARE = 1 << 26


def check_weights(path: Any, parameters: int) -> None:
    """Refuses a file that Keras should not open.

    Only the weights in a `.keras` file are checked, because Keras loads nothing else: its
    configuration, which could name code, is not read.

    Args:
        path: A `.weights.h5`, `.h5`, `.hdf5` or `.keras` file.
        parameters: Number of parameters of the network. A file may hold several times as many
            numbers: the state of an optimizer and of a weighting, in 64 bits.

    Raises:
        ConfigError: The path is not a file on this machine or has another suffix.
        DataError: The file holds more than numbers, or does not contain its numbers.
        OSError: The file cannot be read.
    """
    path = _local(path)
    most = 64 * parameters + _SPARE
    file_size(path)
    if path.name.endswith(_HDF5):
        check_hdf5(path, most=most)
        return
    with open_zip(path) as archive:
        if _WEIGHTS not in archive.namelist():
            raise DataError(
                f"No weights in {path}. Expected a .keras file with the member {_WEIGHTS!r}. Pass "
                f"a .weights.h5 file instead. Received: {', '.join(archive.namelist()[:5])}."
            )
        content = io.BytesIO()
        with archive.open(_WEIGHTS) as member:
            shutil.copyfileobj(member, content, MAX_DIRECTORY // 16)
    check_hdf5(path, content, most=most)


def _local(path: Any) -> Path:
    name = str(path)
    if "://" in name or not name.endswith((*_HDF5, ".keras")):
        raise ConfigError(
            "Weights must be in a file on this machine that ends with .weights.h5, .h5, .hdf5 "
            f"or .keras. Download or convert it first. Received: {name!r}."
        )
    return Path(name)
