"""Cityscapes' own classes: all 34 label ids, and the 19 that its benchmark scores."""

from pathlib import Path

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.errors import DataError

_LABEL = png.PngKind("label", 8, ("grey",), "Cityscapes ids 0-33")
_COLOURS = {
    "unlabeled": (0, 0, 0),
    "ego vehicle": (0, 0, 0),
    "rectification border": (0, 0, 0),
    "out of roi": (0, 0, 0),
    "static": (0, 0, 0),
    "dynamic": (111, 74, 0),
    "ground": (81, 0, 81),
    "road": (128, 64, 128),
    "sidewalk": (244, 35, 232),
    "parking": (250, 170, 160),
    "rail track": (230, 150, 140),
    "building": (70, 70, 70),
    "wall": (102, 102, 156),
    "fence": (190, 153, 153),
    "guard rail": (180, 165, 180),
    "bridge": (150, 100, 100),
    "tunnel": (150, 120, 90),
    "pole": (153, 153, 153),
    "polegroup": (153, 153, 153),
    "traffic light": (250, 170, 30),
    "traffic sign": (220, 220, 0),
    "vegetation": (107, 142, 35),
    "terrain": (152, 251, 152),
    "sky": (70, 130, 180),
    "person": (220, 20, 60),
    "rider": (255, 0, 0),
    "car": (0, 0, 142),
    "truck": (0, 0, 70),
    "bus": (0, 60, 100),
    "caravan": (0, 0, 90),
    "trailer": (0, 0, 110),
    "train": (0, 80, 100),
    "motorcycle": (0, 0, 230),
    "bicycle": (119, 11, 32),
}
"""Name to colour, in the order of the ids 0 to 33."""

_COUNTED = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)

CITYSCAPES_34 = LabelTable(_COLOURS, {name: (i,) for i, name in enumerate(_COLOURS) if i}, (0,))
"""Every id is its own class; 0, "unlabeled", neither trains nor counts."""

CITYSCAPES_19 = LabelTable(
    {name: colour for i, (name, colour) in enumerate(_COLOURS.items()) if i in _COUNTED},
    {name: (i,) for i, name in enumerate(_COLOURS) if i in _COUNTED},
    set(range(len(_COLOURS))) - set(_COUNTED),
)
"""The benchmark's `trainId` 0 to 18; every other id neither trains nor counts."""


def cityscapes_ids(path: Path) -> np.ndarray:
    """The ids of a label file of Cityscapes or KITTI, uint8 [H, W].

    Raises:
        DataError: As `png.decode`, or train ids: among ids, none is 255.
    """
    ids = png.decode(path, _LABEL)
    if (ids == 255).any() and (ids[ids != 255] < len(_COUNTED)).all():
        raise DataError(
            f"Train ids in {path}. Expected Cityscapes ids 0-33, as in the original "
            "..._gtFine_labelIds.png: train ids 0-18 mean other classes. Use the original files. "
            "Received: no id from 19 to 33, and 255.",
            "unknown_ids",
        )
    return ids
