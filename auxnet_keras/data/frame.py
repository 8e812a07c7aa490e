"""The parts of a data set: a frame's files, a decoded sample, and facts about the whole."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

IGNORE = 255
"""The label of pixels that neither train nor count."""

INVALID = -1.0
"""The depth of pixels that neither train nor count."""


def label_dtype(classes: int) -> type[np.integer]:
    """uint8 if train ids stay below `IGNORE` with one value to spare, else int32."""
    return np.uint8 if classes < IGNORE else np.int32


@dataclass(frozen=True, slots=True)
class Frame:
    """The files of one image; `label` and `depth` are None if the data set has none.

    If one file holds all frames, the paths continue inside it for messages, as in
    `nyu.mat/labels/00007`; `Source.files` names the file itself.

    Args:
        name: Unique in its data set; frames are sorted by it.
        sequence: The drive it was taken from, if the data set has drives.
    """

    name: str
    image: Path
    label: Path | None
    depth: Path | None
    sequence: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One decoded frame.

    Args:
        image: uint8 [H, W, 3], RGB.
        segmentation: uint8 [H, W], train ids, 255 = ignore; int32 for more than 254 classes.
        depth: float32 [H, W, 1], in the requested unit, -1 = invalid.
    """

    image: np.ndarray
    segmentation: np.ndarray
    depth: np.ndarray


@dataclass(frozen=True)
class DatasetInfo:
    """Facts about a data set, known without opening a file.

    Args:
        class_names: One name per train id. Of more than 255 classes, number 255 never trains: it
            is the ignore label.
        palette: uint8 [K, 3], RGB.
        depth_unit: The unit `load` uses by default.
        scored_metres: Depths beyond it are not scored: 80 m, as is usual for driving data.
        farthest_metres: Depths beyond it mean a wrong scale: the range of the sensor, or of 16-bit
            centimetres, in which driving data sets store depth.
    """

    kind: str
    class_names: tuple[str, ...]
    palette: np.ndarray
    depth_unit: str
    licence: str
    citation: str
    ignore_label: int = IGNORE
    scored_metres: float = 80.0
    farthest_metres: float = 655.35

    @property
    def num_classes(self) -> int:
        """The number of output channels for a segmentation of this data set."""
        return len(self.class_names)

    @property
    def label_dtype(self) -> type[np.integer]:
        """The type of the segmentation: uint8, or int32 for more than 254 classes."""
        return label_dtype(self.num_classes)
