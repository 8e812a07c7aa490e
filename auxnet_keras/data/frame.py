"""What a dataset is made of: a frame's files, a decoded sample, and facts about the whole."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

IGNORE = 255
"""The label of pixels that neither train nor count."""

INVALID = -1.0
"""The depth of pixels that neither train nor count."""


def label_dtype(classes: int) -> type[np.integer]:
    """uint8 while train ids end below `IGNORE`, with one value to spare; int32 for more classes."""
    return np.uint8 if classes < IGNORE else np.int32


@dataclass(frozen=True, slots=True)
class Frame:
    """The files of one image; `label` and `depth` are None where the dataset has none.

    Where one file holds all frames the paths go on inside it, as in `nyu.mat/labels/00007`, for
    messages; `Source.files` names the file itself.

    Args:
        name: Unique in its dataset and its sorting key.
        sequence: The drive it was taken from, where the dataset has drives.
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
        depth: float32 [H, W, 1], in the unit asked for, -1 = invalid.
    """

    image: np.ndarray
    segmentation: np.ndarray
    depth: np.ndarray


@dataclass(frozen=True)
class DatasetInfo:
    """Facts about a dataset, known without opening a file.

    Args:
        class_names: One name a train id. Of more than 255, number 255 is never trained: it is
            the ignore label.
        palette: uint8 [K, 3], RGB.
        depth_unit: The unit `load` uses by default.
    """

    kind: str
    class_names: tuple[str, ...]
    palette: np.ndarray
    depth_unit: str
    licence: str
    citation: str
    ignore_label: int = IGNORE

    @property
    def num_classes(self) -> int:
        """The number of output channels a segmentation of this dataset has."""
        return len(self.class_names)

    @property
    def label_dtype(self) -> type[np.integer]:
        """The type of the segmentation: uint8, or int32 for more than 254 classes."""
        return label_dtype(self.num_classes)
