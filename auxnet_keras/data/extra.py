"""Frames of other data that give the auxiliary target alone."""

import dataclasses

from auxnet_keras.data.example import TARGETS, Example
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers import catalogue as registry
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import ConfigError, DataError


def place(extra_data: str) -> tuple[str, str | None]:
    """(kind, root) of `KIND:ROOT`; the root is `None` where there is none."""
    kind, _, root = extra_data.partition(":")
    return kind, root or None


def extra_examples(
    extra_data: str | None, source: Source, main: str, unit: str, seed: int, limit: int | None
) -> list[Example]:
    """The frames of the training split of other data that have the auxiliary target.

    Their main target is not read: its classes or its unit may be others.

    Args:
        extra_data: `KIND:ROOT`; `None` gives no frames.
        source: The data that are trained on.
        main: The main task.
        unit: Of all depths.
        seed: Which frames `limit` keeps.
        limit: At most so many frames.

    Raises:
        ConfigError: The data do not fit: segmentations of other classes, or "raw" depths stored in
            another way.
        DataError: No frame has the auxiliary target.
    """
    if extra_data is None:
        return []
    kind, root = place(extra_data)
    other = registry.source(kind, root)
    auxiliary = next(task for task in TARGETS if task != main)
    what = TARGETS[auxiliary]
    frames = [frame for frame in other.frames("train", seed, limit) if getattr(frame, what)]
    if not frames:
        raise DataError(
            f"Extra data give the {auxiliary} of more frames, and no training frame in "
            f"{other.root} has a {what}. Expected {what} files in "
            f"{other.depth_place if auxiliary == 'depth' else other.label_place}; add some, or "
            f"name other data. Received: {extra_data!r}."
        )
    if auxiliary == "depth" and unit == "raw" and other.encoding != source.encoding:
        raise ConfigError(
            "Stored depths of two data sets compare only if both store them in the same way; ask "
            "for a depth_unit that both can give. "
            f"Received: depth_unit='raw' with {other.encoding} beside {source.encoding}."
        )
    if auxiliary == "segmentation" and other.info.class_names != source.info.class_names:
        raise ConfigError(
            "Extra segmentations need the classes of the data; convert them, or name other data. "
            f"Received: {', '.join(other.info.class_names) or 'no classes'} beside "
            f"{', '.join(source.info.class_names)}."
        )
    return [Example(other, _without(frame, main)) for frame in frames]


def _without(frame: Frame, task: str) -> Frame:
    if task == "depth":
        return dataclasses.replace(frame, depth=None)
    return dataclasses.replace(frame, label=None)
