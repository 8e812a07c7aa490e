"""How depth is written as files of the kind `folder`: in 16 bits where these hold it all."""

import io
import math
from enum import Enum
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import DepthEncoding
from auxnet_keras.errors import DataError

STEP = 0.001
"""Fractions that are written in 16 bits are rounded to this step, in metres."""

_LARGEST = 65535  # in 16 bits


class DepthFiles(Enum):
    """How all depth of a data set is written: a description has one scale."""

    INTEGERS = "the data set's own integers, in PNGs of 16 bits"
    STEPS = "metres in steps of a millimetre, in PNGs of 16 bits"
    ARRAYS = "the data set's own numbers, in NumPy files"

    @property
    def ending(self) -> str:
        """Of the files."""
        return ".npy" if self is DepthFiles.ARRAYS else ".png"


def depth_files(source: Source, frame: Frame | None) -> DepthFiles:
    """How the depth of a data set is written, from its first frame with depth.

    Only a data set of short range, as of NYU-v2's sensor, is rounded: elsewhere no step is both
    small enough for what is near and large enough for what is far.
    """
    if frame is None or frame.depth is None:
        return DepthFiles.INTEGERS
    kind = source.stored_depth(frame, frame.depth).dtype
    if kind in (np.uint8, np.uint16):
        return DepthFiles.INTEGERS
    near = source.encoding.unit == "metres" and source.info.farthest_metres <= _LARGEST * STEP
    return DepthFiles.STEPS if near and kind.kind == "f" else DepthFiles.ARRAYS


def depth_bytes(source: Source, frame: Frame, path: Path, how: DepthFiles) -> bytes:
    """The file that is written for a depth file.

    Args:
        source: The data set.
        frame: The frame.
        path: Its depth file.
        how: As `depth_files` chose.

    Raises:
        DataError: It cannot be read, or its depth does not fit.
    """
    stored, encoding = source.stored_depth(frame, path), source.encoding
    if how is DepthFiles.ARRAYS:
        return _npy(stored, encoding)
    values = _steps if how is DepthFiles.STEPS else _integers
    return png_bytes(values(stored, encoding, path), path)


def png_bytes(pixels: np.ndarray, path: Path) -> bytes:
    """A PNG; `path` is the original, for the error message."""
    encoded, buffer = cv2.imencode(".png", np.ascontiguousarray(pixels))
    if not encoded:
        raise DataError(f"Cannot be written as PNG: {path}. Received: {pixels.dtype}.")
    return buffer.tobytes()


def described(encoding: DepthEncoding, how: DepthFiles) -> dict[str, Any]:
    """The lines of `depth` in a `dataset.yaml` that explain the numbers."""
    if how is DepthFiles.STEPS:
        return {"unit": encoding.unit, "scale": STEP, "offset": 0.0, "invalid": [0]}
    invalid = {value for value in encoding.invalid if math.isfinite(value)}
    if how is DepthFiles.INTEGERS:
        invalid = {int(value) for value in invalid if value == int(value)} | {_lost(encoding)}
    return {
        "unit": encoding.unit,
        "scale": encoding.scale,
        "offset": encoding.offset,
        "invalid": sorted(invalid),
    }


def _npy(stored: np.ndarray, encoding: DepthEncoding) -> bytes:
    if encoding.far is not None:  # a description has no such limit; NaN means "not measured"
        stored = np.where(stored >= encoding.far, np.float32(math.nan), stored.astype(np.float32))
    file = io.BytesIO()
    np.save(file, stored, allow_pickle=False)
    return file.getvalue()


def _steps(stored: np.ndarray, encoding: DepthEncoding, path: Path) -> np.ndarray:
    depth = encoding.decode(stored, encoding.unit)
    valid = depth >= 0
    # Depths below half a step are rounded up: 0 means "not measured".
    steps = np.maximum(np.rint(np.where(valid, depth, 0) / STEP), 1)
    if steps.max(where=valid, initial=0) > _LARGEST:
        raise DataError(
            f"Depth too large for a 16-bit PNG in steps of {STEP}: {path}. Expected at most "
            f"{_LARGEST * STEP:.5g}; read the original data set instead. "
            f"Received: {depth.max(where=valid, initial=0):.5g}."
        )
    return np.where(valid, steps, 0).astype(np.uint16)


def _integers(stored: np.ndarray, encoding: DepthEncoding, path: Path) -> np.ndarray:
    valid = encoding.decode(stored, "raw") >= 0
    fits = stored.dtype.kind in "iu" and stored.max(where=valid, initial=0) <= _LARGEST
    if not fits:
        raise DataError(
            f"Depth files of different types: {path}. Expected integers of at most 16 bits, as in "
            f"the first frame; save all files alike. Received: {stored.dtype}, up to "
            f"{stored.max(where=valid, initial=0):g}."
        )
    return np.where(valid, stored, _lost(encoding)).astype(np.uint16)


def _lost(encoding: DepthEncoding) -> int:
    """The integer written for "not measured"."""
    whole = (int(v) for v in encoding.invalid if v == int(v) and 0 <= v <= _LARGEST)
    return next(whole, _LARGEST)
