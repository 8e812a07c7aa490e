"""What a `.keras` file says about its network, as plain data: nothing of it is built."""

import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from auxnet_keras.errors import DataError
from auxnet_keras.safety.hdf5 import check_hdf5
from auxnet_keras.safety.zip_file import MAX_DIRECTORY, open_zip

_MOST = 1 << 24  # bytes of the config; ResNet-152's has 2 million
_WEIGHTS = "model.weights.h5"


def read_keras_config(path: Path) -> tuple[dict[str, Any], dict[str, Any], int]:
    """The config and metadata of a `.keras` file, and the number of its weights.

    The config could name code to run; it is read as JSON, and no object is made from it.

    Raises:
        DataError: Not a `.keras` file, damaged, or with more than numbers as weights.
    """
    with open_zip(path) as archive:
        config, metadata = (
            _object(archive, name, path) for name in ("config.json", "metadata.json")
        )
        content = io.BytesIO()
        with _member(archive, _WEIGHTS, path) as member:
            shutil.copyfileobj(member, content, MAX_DIRECTORY // 16)
    try:
        check_hdf5(path, content, most=content.getbuffer().nbytes)
        with h5py.File(content, "r") as file:
            return config, metadata, _count(file)
    except OSError as error:
        raise _refusal(path, f"weights that are not HDF5 ({error})") from error


def _member(archive: Any, name: str, path: Path) -> Any:
    if name not in archive.namelist():
        raise _refusal(path, f"no member {name!r}")
    return archive.open(name)


def _object(archive: Any, name: str, path: Path) -> dict[str, Any]:
    with _member(archive, name, path) as member:
        text = member.read(_MOST + 1)
    try:
        if len(text) > _MOST:
            raise ValueError("too large")
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refusal(path, f"{name!r}, {' '.join(str(error).split())[:80]}") from error
    if not isinstance(found, Mapping):
        raise _refusal(path, f"{name!r} that is no object")
    return dict(found)


def _count(file: h5py.File) -> int:
    """Numbers in the layers' weights: neither the optimizer's nor the state of random numbers."""
    count = 0

    def add(name: str, inside: Any) -> None:
        nonlocal count
        if isinstance(inside, h5py.Dataset) and "seed_generator" not in name:
            count += inside.size if name.startswith("layers/") else 0

    file.visititems(add)
    return count


def _refusal(path: Path, received: str) -> DataError:
    return DataError(
        f"Refused to load {path}. Expected a .keras file as model.save of Keras 3 writes it; get "
        f"the file from its source again, or save it again. Received: {received}."
    )
