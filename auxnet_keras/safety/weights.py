"""Weights files before Keras opens them."""

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

    Of a `.keras` file only the weights are looked at, as Keras does when it loads weights: its
    configuration, which could name code, stays unread.

    Args:
        path: `.weights.h5`, `.h5`, `.hdf5` or `.keras`.
        parameters: How many numbers the network has. A file may hold several times as many: the
            state of an optimizer, of a weighting, and in 64 bits.

    Raises:
        ConfigError: Not a file on this machine, or of another kind.
        DataError: The file is more than numbers, or they are not in it.
        OSError: It cannot be read.
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
                f"No weights in {path}. Expected a .keras file with a part {_WEIGHTS!r}; give the "
                f".weights.h5 file instead. Received: {', '.join(archive.namelist()[:5])}."
            )
        content = io.BytesIO()
        with archive.open(_WEIGHTS) as member:
            shutil.copyfileobj(member, content, MAX_DIRECTORY // 16)
    check_hdf5(path, content, most=most)


def _local(path: Any) -> Path:
    name = str(path)
    if "://" in name or not name.endswith((*_HDF5, ".keras")):
        raise ConfigError(
            "Weights are read from a file on this machine that ends with .weights.h5, .h5, .hdf5 "
            f"or .keras; download or convert it first. Received: {name!r}."
        )
    return Path(name)
