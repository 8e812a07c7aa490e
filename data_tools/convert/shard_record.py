"""Encodes a frame of any data set as a record of a shard; nothing is lost."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auxnet_keras.data.file_key import bytes_key
from auxnet_keras.data.files.image import decode_image
from auxnet_keras.data.files.png import file_bytes
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.shards.record import Record, pack
from auxnet_keras.data.units import NoCalibrationError
from auxnet_keras.errors import DataError
from data_tools.depth_files import png_bytes
from data_tools.folder_layout import COPIED, label_dtype


@dataclass(frozen=True, slots=True)
class Encoded:
    """A record, and what the columns say of it.

    Args:
        record: Its bytes.
        keys: Of the image, the label and the depth; 0 for none.
        calibration: Focal length and baseline; None if the data set has none.
    """

    record: bytes
    keys: tuple[int, int, int]
    calibration: tuple[float, float] | None


def encoded(source: Source, frame: Frame) -> Encoded:
    """The record of a frame.

    A PNG or JPEG that the reader decodes to its image is kept byte for byte; other images become
    PNGs. The label holds train ids. Depth keeps the data set's own numbers: 8 or 16 bits as a PNG,
    all others as a NumPy file.

    Raises:
        DataError: The frame cannot be read.
    """
    source.read(frame)  # the reader's own checks of the files and their sizes
    pixels = source.image(frame)
    image = _image(frame, pixels)
    label = None if frame.label is None else _label(source, frame, frame.label)
    depth = None if frame.depth is None else _depth(source, frame, frame.depth)
    try:
        found = source.calibration(frame, pixels.shape[1])
        calibration = float(found.focal), float(found.baseline)
    except NoCalibrationError:
        calibration = None
    keys = (int(bytes_key(image), 16) or 1, _key(label), _key(depth))
    return Encoded(pack(Record(frame.name, image, label, depth)), keys, calibration)


def _image(frame: Frame, pixels: np.ndarray) -> bytes:
    path = frame.image
    if path.suffix.lower() in COPIED and path.is_file():
        data = file_bytes(path)
        try:
            if np.array_equal(decode_image(data, path), pixels):
                return data
        except DataError:  # the reader knows better how to decode its files
            pass
    return png_bytes(pixels[..., ::-1], path)  # OpenCV's order is BGR


def _label(source: Source, frame: Frame, path: Path) -> bytes:
    ids = source.label_ids(frame, path)
    train_ids = source.label_table(frame).train_ids(ids, path, ignore_void=False)
    return png_bytes(train_ids.astype(label_dtype(source)), path)


def _depth(source: Source, frame: Frame, path: Path) -> bytes:
    stored = source.stored_depth(frame, path)
    if stored.dtype in (np.uint8, np.uint16):
        return png_bytes(stored, path)
    file = io.BytesIO()
    np.save(file, stored, allow_pickle=False)
    return file.getvalue()


def _key(data: bytes | None) -> int:
    """The first 64 bits of the SHA-256."""
    if data is None:
        return 0
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "little") or 1
