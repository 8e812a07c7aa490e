"""Frames of other data that give only the auxiliary target."""

from collections.abc import Sequence

import numpy as np

from auxnet_keras.data.example import TARGETS
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.frame_table import has, take, without
from auxnet_keras.data.readers import catalogue as registry
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import ConfigError, DataError


def place(extra_data: str) -> tuple[str, str | None]:
    """(kind, root) of `KIND:ROOT`; the root is `None` if it is missing."""
    kind, _, root = extra_data.partition(":")
    return kind, root or None


def extra_frames(
    extra_data: str | None, source: Source, main: str, unit: str, seed: int, limit: int | None
) -> tuple[Source, Sequence[Frame]] | None:
    """The frames with the auxiliary target in the training split of other data.

    Their main target is not read, because its classes or unit may differ.

    Args:
        extra_data: `KIND:ROOT`; `None` if there is none.
        source: The reader of the training data.
        main: The main task.
        unit: The unit of all depths.
        seed: Which frames `limit` keeps.
        limit: Largest number of frames.

    Returns:
        The reader of the extra data and the frames; `None` without extra data.

    Raises:
        ConfigError: The data does not match: segmentation with other classes, or "raw" depth that
            is stored differently.
        DataError: No frame has the auxiliary target.
    """
    if extra_data is None:
        return None
    kind, root = place(extra_data)
    other = registry.source(kind, root)
    auxiliary = next(task for task in TARGETS if task != main)
    what = TARGETS[auxiliary]
    frames = other.frames("train", seed, limit)
    frames = take(frames, np.flatnonzero(has(frames, what)))
    if not len(frames):
        raise DataError(
            f"No training frame of the extra data in {other.place} has a {what} file. Expected "
            f"{what} files in "
            f"{other.depth_place if auxiliary == 'depth' else other.label_place}, because extra "
            f"data trains {auxiliary}; add them, or name other data. Received: {extra_data!r}."
        )
    if auxiliary == "depth" and unit == "raw" and other.encoding != source.encoding:
        raise ConfigError(
            "Raw depths of two data sets are comparable only if both store them in the same way; "
            "set a depth_unit that both support. "
            f"Received: depth_unit='raw' with {other.encoding} and {source.encoding}."
        )
    if auxiliary == "segmentation" and other.info.class_names != source.info.class_names:
        raise ConfigError(
            "Extra data for segmentation must have the same classes as the training data; convert "
            "them, or name other data. "
            f"Received: {', '.join(other.info.class_names) or 'no classes'} instead of "
            f"{', '.join(source.info.class_names)}."
        )
    return other, without(frames, TARGETS[main])
