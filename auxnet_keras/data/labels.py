"""Label tables: from the ids in a data set's files to the classes a network trains on."""

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.data.frame import IGNORE, DatasetInfo, label_dtype
from auxnet_keras.errors import DataError

UNUSED = "(unused)"
"""The name of class 255 if there are more classes: 255 is the ignore label, so no pixel has it."""

UNIFIED = {
    "void": (0, 0, 0),
    "sky": (128, 128, 128),
    "building": (128, 0, 0),
    "road": (128, 64, 128),
    "sidewalk": (0, 0, 192),
    "fence": (64, 64, 128),
    "vegetation": (128, 128, 0),
    "pole": (192, 192, 128),
    "car": (64, 0, 128),
    "sign": (192, 128, 128),
    "pedestrian": (64, 64, 0),
    "cyclist": (0, 128, 192),
    "lane marking": (0, 172, 0),
}
"""Class names and RGB colours in the order all driving data sets share; lane marking is last, so
that data sets without it use the first twelve."""


class LabelTable:
    """Maps file ids to classes.

    Args:
        colours: Class name to RGB colour, in the order of train ids. With more than 255 classes,
            `UNUSED` takes number 255, so that no class has the ignore label's number.
        ids: Class name to the file ids (0..65535) that belong to it.
        ignored: File ids that always become 255; -1 does in every table.
        others: Whether ids that are not listed become 255 too, instead of an error.
    """

    def __init__(
        self,
        colours: Mapping[str, tuple[int, int, int]],
        ids: Mapping[str, Iterable[int]],
        ignored: Iterable[int] = (),
        others: bool = False,
    ) -> None:
        self.others = others
        named = list(colours.items())
        if len(named) > IGNORE:
            named.insert(IGNORE, (UNUSED, (0, 0, 0)))
        self.names = tuple(name for name, _ in named)
        self.palette = np.array([colour for _, colour in named], np.uint8).reshape(-1, 3)
        members = {name: list(numbers) for name, numbers in ids.items()}
        ignored = list(ignored)
        largest = max([255, *ignored, *(i for numbers in members.values() for i in numbers)])
        dtype = label_dtype(len(self.names))
        self._unknown = -1 if dtype is np.int32 else 254  # no class has this number
        self._lookup = np.full(largest + 1, self._unknown, dtype)
        place = {name: number for number, name in enumerate(self.names)}
        for name, numbers in members.items():
            self._lookup[numbers] = place[name]
        self._lookup[ignored] = IGNORE
        self._lookup_without_void = self._lookup.copy()
        if "void" in self.names:
            self._lookup_without_void[self._lookup == self.names.index("void")] = IGNORE

    def train_ids(self, ids: np.ndarray, path: Path, *, ignore_void: bool = True) -> np.ndarray:
        """Looks up the class of every pixel.

        Args:
            ids: Integers [H, W], the ids as stored; -1 becomes 255.
            path: The file, for error messages.
            ignore_void: Whether the class "void" becomes 255 instead of a class to train.

        Returns:
            uint8 [H, W], train ids; int32 for more than 254 classes.

        Raises:
            DataError: An id is not in the table.
        """
        lookup = self._lookup_without_void if ignore_void else self._lookup
        if ids.dtype == np.uint8 and len(lookup) == 256 and lookup.dtype == np.uint8:
            looked_up = cv2.LUT(ids, lookup)  # several times faster
        else:
            inside = (ids >= 0) & (ids < len(lookup))
            looked_up = lookup[np.where(inside, ids, 0)]
            looked_up[~inside] = self._unknown
            looked_up[ids == -1] = IGNORE
        unknown = looked_up == self._unknown
        if unknown.any():
            if not self.others:
                raise self._outside(ids, path)
            looked_up[unknown] = IGNORE
        return looked_up

    def knows(self, ids: np.ndarray) -> np.ndarray:
        """Bool [H, W]: whether the table lists an id."""
        return np.isin(ids, self.known)

    @property
    def known(self) -> list[int]:
        """The file ids in the table, increasing."""
        return np.flatnonzero(self._lookup != self._unknown).tolist()

    def _outside(self, ids: np.ndarray, path: Path) -> DataError:
        found = [int(i) for i in np.unique(ids)]
        unknown_ids = [i for i in found if i not in {-1, *self.known}]
        return DataError(
            f"Unknown label ids in {path}. Expected ids {spans(self.known)}. Convert the label "
            "file to these ids, or remove it to train this frame without labels. "
            f"Received: {spans(unknown_ids)}.",
            "unknown_ids",
        )


def with_table(info: DatasetInfo, kind: str, table: LabelTable) -> DatasetInfo:
    """The facts of a data set read with other classes or another split, under its own kind."""
    return dataclasses.replace(info, kind=kind, class_names=table.names, palette=table.palette)


def spans(numbers: list[int]) -> str:
    """Increasing integers as short text: [0, 1, 2, 7] is "0-2, 7"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def voc_colour(index: int) -> tuple[int, int, int]:
    """The PASCAL VOC colour of a class: distinct for small indices, and never black."""
    index += 1  # its 0 is black
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            channels[channel] |= (index >> (3 * bit + channel) & 1) << (7 - bit)
    return channels[0], channels[1], channels[2]


def _unified(ids: Mapping[str, Iterable[int]], classes: int) -> LabelTable:
    return LabelTable(dict(list(UNIFIED.items())[:classes]), ids)


CITYSCAPES_IDS = _unified(
    {
        "void": (0, 1, 2, 3, 4, 5, 6, 10, 15, 16, 19),
        "sky": (23,),
        "building": (11, 12),
        "road": (7, 9),
        "sidewalk": (8,),
        "fence": (13, 14),
        "vegetation": (21, 22),
        "pole": (17, 18),
        "car": (26, 27, 28, 29, 30, 31),
        "sign": (20,),
        "pedestrian": (24,),
        "cyclist": (25, 32, 33),
    },
    classes=12,
)
"""KITTI 2015 and Cityscapes: rail track, bridge, tunnel and traffic light are void; wall is
building, parking road, terrain vegetation, guard rail fence, every vehicle car, and riders with
their two-wheelers cyclist."""

SYNTHIA_SEQS_IDS = _unified(
    {name: (i,) for i, name in enumerate(UNIFIED)} | {"void": (0, 13, 14, 15)}, classes=13
)
"""SYNTHIA video sequences: the unified order, with reserved ids and traffic light as void."""

SYNTHIA_RAND_IDS = _unified(
    {
        "void": (0, 14, 15),
        "sky": (1,),
        "building": (2, 21),
        "road": (3, 13),
        "sidewalk": (4,),
        "fence": (5,),
        "vegetation": (6, 16),
        "pole": (7,),
        "car": (8, 18, 19, 20),
        "sign": (9,),
        "pedestrian": (10,),
        "cyclist": (11, 12, 17),
        "lane marking": (22,),
    },
    classes=13,
)
"""SYNTHIA RAND-CITYSCAPES: road-work and traffic light are void, wall is building."""
