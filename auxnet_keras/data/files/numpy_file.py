"""NumPy's `.npy` files: arrays as stored, never pickled objects."""

import io
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.errors import DataError

SIGNATURE = b"\x93NUMPY"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def decode(data: bytes, path: Path) -> np.ndarray:
    """The array of a file, [H, W] or [H, W, 3]; alpha, a fourth channel, is dropped.

    Raises:
        DataError: Not an array of numbers, of another shape, or more or fewer bytes than its shape
            needs.
    """
    file = io.BytesIO(data)
    try:
        shape, fortran, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
    except Exception as error:  # the header is parsed as Python, which fails in many ways
        raise _wrong(path, " ".join(str(error).split())[:100] or "a damaged header") from None
    plain = dtype.kind in "buif" and all(type(n) is int and n > 0 for n in shape)
    if not plain or len(shape) not in (2, 3) or shape[2:] not in ((), (1,), (3,), (4,)):
        raise _wrong(path, f"{dtype} {list(shape)}")
    png.check_pixels(shape[1], shape[0], path)
    body = data[file.tell() :]
    expected = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(body) != expected:
        raise DataError(
            f"Truncated or damaged NumPy file: {path}. Expected {expected:,} bytes of values; save "
            f"it again. Received: {len(body):,}.",
            "truncated",
        )
    values = np.frombuffer(body, dtype).reshape(shape, order="F" if fortran else "C")
    values = values.astype(dtype.newbyteorder("="))
    if values.ndim == 3:
        return values[..., 0] if shape[2] == 1 else values[..., :3]
    return values


def _wrong(path: Path, received: str) -> DataError:
    return DataError(
        f"Wrong NumPy file: {path}. Expected an array of numbers, [height, width], or with 3 "
        f"channels, saved with np.save. Received: {received}.",
        "other_format",
    )
