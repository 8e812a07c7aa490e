"""Depth files of any format, as the numbers that a `dataset.yaml` explains."""

from pathlib import Path

import numpy as np

from auxnet_keras.data.files.stored_values import Stored
from auxnet_keras.errors import DataError

_BYTES = {"rgb": (0, 1, 2), "bgr": (2, 1, 0)}


def depth_values(stored: Stored, packed: str | None, path: Path) -> np.ndarray:
    """uint8, uint16, int32 or float32 [H, W].

    Three channels are either equal, or 24 bits in three bytes: `first + 256 * second + 65536 *
    third`, from red ("rgb", as CARLA writes them) or from blue ("bgr").

    Raises:
        DataError: Three channels that are neither, or another type of number.
    """
    values = stored.values
    if values.ndim == 3 and packed is None:
        if not (values == values[..., :1]).all():
            raise DataError(
                f"Wrong depth file: {path}. Expected one channel or three equal ones. If the "
                "channels are the bytes of one number, add `packed: rgb` (or bgr) under depth; a "
                f"picture in colours has lost its depths. Received: {stored.form}.",
                "other_format",
            )
        values = values[..., 0]
    elif values.ndim == 3 and packed is not None:
        if values.dtype != np.uint8:
            raise DataError(
                f"Wrong depth file: {path}. Expected 8 bits per channel, because depth.packed is "
                f"{packed!r}. Received: {stored.form}.",
                "other_format",
            )
        first, second, third = (values[..., i].astype(np.int32) for i in _BYTES[packed])
        values = first + 256 * second + 65536 * third
    elif packed is not None:
        raise DataError(
            f"Wrong depth file: {path}. Expected three channels, because depth.packed is "
            f"{packed!r}; correct the description. Received: {stored.form}.",
            "other_format",
        )
    if values.dtype.kind == "b":
        raise DataError(
            f"Wrong depth file: {path}. Expected depths. Received: {stored.form}, 0 and 1 alone.",
            "other_format",
        )
    if values.dtype in (np.uint8, np.uint16):
        return values
    return values.astype(np.int32 if np.can_cast(values.dtype, np.int32) else np.float32)
