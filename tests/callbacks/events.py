"""Reads back what was written for TensorBoard."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.util import event_pb2


def scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Tag -> step -> value."""
    found: dict[str, dict[int, float]] = {}
    for event, value in _values(folder):
        array = tf.make_ndarray(value.tensor)
        if array.ndim == 0:  # else a picture
            found.setdefault(value.tag, {})[event.step] = float(array)
    return found


def points(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Tag -> (step, value) of every record, repeated ones too; of a picture, its mean colour."""
    found: dict[str, list[tuple[int, float]]] = {}
    for event, value in _values(folder):
        array = tf.make_ndarray(value.tensor)
        number = tf.io.decode_png(array[2]).numpy().mean() if array.ndim else array
        found.setdefault(value.tag, []).append((event.step, float(number)))
    return found


def images(folder: Path) -> dict[str, dict[int, np.ndarray]]:
    """Tag -> step -> uint8 [H, W, 3]."""
    found: dict[str, dict[int, np.ndarray]] = {}
    for event, value in _values(folder):
        array = tf.make_ndarray(value.tensor)
        if array.ndim:  # width, height, PNG; else a scalar
            found.setdefault(value.tag, {})[event.step] = tf.io.decode_png(array[2]).numpy()
    return found


def _values(folder: Path):
    for file in sorted(folder.glob("events.*")):
        for record in tf.data.TFRecordDataset(str(file)):
            event = event_pb2.Event.FromString(record.numpy())
            for value in event.summary.value:
                yield event, value
