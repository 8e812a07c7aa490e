"""NYU Depth v2: its 1449 labelled indoor frames, read from the single file that holds them."""

from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import LabelTable, with_table
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.nyuv2_file import LABELED, LabeledFile, read_splits
from auxnet_keras.data.readers.nyuv2_labels import NYUV2_13, NYUV2_40, all_objects
from auxnet_keras.data.readers.split import Division
from auxnet_keras.data.units import Calibration, DepthEncoding, NoCalibrationError


class Nyuv2Source(Source):
    """Reads the folder that holds `nyu_depth_v2_labeled.mat` and `splits.mat`, in 13 classes.

    Frames are named by their number, from 00001; their paths continue inside the file, as in
    `nyu_depth_v2_labeled.mat/labels/00007`. Depth is `depths`, in metres and without holes. The
    split is the official one: 795 training and 654 validation frames. Frames are read one at a
    time, whatever the number of threads; files from `auxnet data convert` decode in parallel.

    Reference: Silberman et al., ECCV 2012.
    """

    table: ClassVar[LabelTable] = NYUV2_13
    info = DatasetInfo(
        kind="nyuv2",
        class_names=NYUV2_13.names,
        palette=NYUV2_13.palette,
        depth_unit="metres",
        licence="not stated by the authors; research use",
        citation=(
            "N. Silberman, D. Hoiem, P. Kohli and R. Fergus, Indoor Segmentation and Support "
            "Inference from RGBD Images, ECCV 2012."
        ),
        scored_metres=10.0,
        farthest_metres=10.0,
    )
    encoding = DepthEncoding(unit="metres", scale=1.0)
    label_place = depth_place = LABELED

    @cached_property
    def _labeled(self) -> LabeledFile:
        return LabeledFile(self.root)

    def discover(self) -> list[Frame]:
        path = self._labeled.path
        names = [f"{number:05d}" for number in range(1, len(self._labeled) + 1)]
        return [
            Frame(name, path / "images" / name, path / "labels" / name, path / "depths" / name)
            for name in names
        ]

    def divide(self, frames: list[Frame]) -> Division:
        train, test = read_splits(self.root, len(frames))
        return (
            [frame for frame in frames if _index(frame) in train],
            [frame for frame in frames if _index(frame) in test],
        )

    def label_table(self, frame: Frame) -> LabelTable:
        return self.table

    def image(self, frame: Frame) -> np.ndarray:
        return np.ascontiguousarray(self._labeled.image(_index(frame)))

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        return self._labeled.labels(_index(frame))

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        return self._labeled.depth(_index(frame))

    def files(self, frame: Frame) -> list[Path]:
        return [self._labeled.path]

    def calibration(self, frame: Frame, width: int) -> Calibration:
        raise NoCalibrationError(
            f"No disparity for {frame.image}. Expected metres or inverse_depth: NYU-v2's sensor "
            "is not a stereo pair. Received: disparity_px."
        )


class Nyuv2With40Source(Nyuv2Source):
    """40 classes."""

    table = NYUV2_40
    info = with_table(Nyuv2Source.info, "nyuv2-40", NYUV2_40)


class Nyuv2With894Source(Nyuv2Source):
    """Every label is a class, named by the file. Class 255 is unused: it is the ignore label."""

    info = None  # type: ignore[assignment]  # known once the file is open

    def __init__(self, root: str | Path) -> None:
        self.info = with_table(Nyuv2Source.info, "nyuv2-894", LabelTable({}, {}))
        super().__init__(root)
        self._all = all_objects(self._labeled.names())
        self.info = with_table(self.info, "nyuv2-894", self._all)

    def label_table(self, frame: Frame) -> LabelTable:
        return self._all


def _index(frame: Frame) -> int:
    return int(frame.name) - 1
