"""Cityscapes: fine labels, semi-global disparity, and a camera file for every image."""

import json
import math
from pathlib import Path
from typing import ClassVar

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.listing import add_once, composed, contents, files_in, folders_in
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import CITYSCAPES_IDS, LabelTable, with_table
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.cityscapes_labels import (
    CITYSCAPES_19,
    CITYSCAPES_34,
    cityscapes_ids,
)
from auxnet_keras.data.units import Calibration, DepthEncoding, NoCalibrationError
from auxnet_keras.errors import DataError

_DISPARITY = png.PngKind("disparity", 16, ("grey",), "disparity * 256 + 1, 0 = not measured")


class CityscapesSource(Source):
    """Reads the folder that holds `leftImg8bit/`, `gtFine/`, `disparity/` and `camera/`.

    The splits are the folders `train` and `val`; `test` (no labels) and `train_extra` (coarse
    labels) are not read. A frame without labels or disparity trains the other task. Depth in metres
    uses the image's own camera file.

    Reference: Cordts et al., CVPR 2016.
    """

    table: ClassVar[LabelTable] = CITYSCAPES_IDS
    info = DatasetInfo(
        kind="cityscapes",
        class_names=CITYSCAPES_IDS.names,
        palette=CITYSCAPES_IDS.palette,
        depth_unit="disparity_px",
        licence="Cityscapes terms: non-commercial, no redistribution",
        citation=(
            "M. Cordts et al., The Cityscapes Dataset for Semantic Urban Scene Understanding, "
            "CVPR 2016."
        ),
    )
    # value = (stored - 1) / 256
    encoding = DepthEncoding(unit="disparity_px", scale=1 / 256, offset=-1 / 256)
    label_place = "gtFine"
    depth_place = "disparity"

    def _listed(self, kind: str, *endings: str) -> dict[str, Path]:
        """Frame name ("train/aachen/aachen_000000_000019") to its file of one kind."""
        found: dict[str, Path] = {}
        for split in ("train", "val"):
            for base in (
                self.root / kind / split,
                self.root / f"{kind}_trainvaltest" / kind / split,
            ):
                for city in folders_in(base) if base.is_dir() else []:
                    for name, path in files_in(city, *endings).items():
                        add_once(found, f"{split}/{composed(city.name)}/{name}", path)
        return found

    def discover(self) -> list[Frame]:
        images = self._listed("leftImg8bit", *(f"_leftImg8bit{ending}" for ending in IMAGES))
        if not images:
            raise DataError(
                f"No Cityscapes frame in {self.root}. Expected leftImg8bit/train/CITY/"
                "CITY_000000_000019_leftImg8bit.png and so on, with gtFine/ and disparity/ next to "
                f"leftImg8bit/; give the folder that holds them. Received: {contents(self.root)}."
            )
        labels = self._listed("gtFine", "_gtFine_labelIds.png")
        depths = self._listed("disparity", "_disparity.png")
        return [
            Frame(name, path, labels.get(name), depths.get(name), sequence=path.parent.name)
            for name, path in images.items()
        ]

    def divide(self, frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
        return (
            [frame for frame in frames if frame.name.startswith("train/")],
            [frame for frame in frames if frame.name.startswith("val/")],
        )

    def label_table(self, frame: Frame) -> LabelTable:
        return self.table

    def absent(self, what: str) -> DataError:
        coarse = self._listed("gtCoarse", "_gtCoarse_labelIds.png") if what == "label" else {}
        others = self._listed("gtFine", ".png") if what == "label" else {}
        if not coarse and not others:
            return super().absent(what)
        found = next(iter((others or coarse).values()))
        remedy = (
            "run cityscapesScripts' createTrainIdLabelImgs"
            if others
            else "coarse labels are not read: add gtFine, from gtFine_trainvaltest.zip"
        )
        return DataError(
            f"No frame in {self.place} has a label file that is read. Expected gtFine/train/CITY/"
            f"CITY_000000_000019_gtFine_labelIds.png and so on; {remedy}. "
            f"Received: {len(others or coarse)} other label files, such as {found}.",
            "absent",
        )

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        return cityscapes_ids(path)

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        return png.decode(path, _DISPARITY)

    def _camera(self, frame: Frame) -> Path:
        name = f"{frame.name}_camera.json"
        unpacked = self.root / "camera_trainvaltest" / "camera" / name
        return unpacked if unpacked.is_file() else self.root / "camera" / name

    def files(self, frame: Frame) -> list[Path]:
        camera = self._camera(frame)
        return super().files(frame) + ([camera] if camera.is_file() else [])

    def calibration(self, frame: Frame, width: int) -> Calibration:
        path = self._camera(frame)
        if not path.is_file():
            raise NoCalibrationError(
                f"No camera file for {frame.image}. Expected {path}, from camera_trainvaltest.zip "
                "(cameras differ between recordings); add it, or train on disparity_px. "
                "Received: no such file."
            )
        return read_camera(path)


class Cityscapes19Source(CityscapesSource):
    """The benchmark's 19 classes."""

    table = CITYSCAPES_19
    info = with_table(CityscapesSource.info, "cityscapes-19", CITYSCAPES_19)


class Cityscapes34Source(CityscapesSource):
    """All ids as classes, as in Learning Boost's program."""

    table = CITYSCAPES_34
    info = with_table(CityscapesSource.info, "cityscapes-34", CITYSCAPES_34)


def read_camera(path: Path) -> Calibration:
    """Focal length `intrinsic.fx` [px] and baseline `extrinsic.baseline` [m] of one image."""
    text = png.file_bytes(path).decode("utf-8", errors="replace")
    try:
        camera = json.loads(text)
        focal = float(camera["intrinsic"]["fx"])
        baseline = float(camera["extrinsic"]["baseline"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        focal = baseline = math.nan
    if not 0 < focal < math.inf or not 0 < baseline < math.inf:
        raise DataError(
            f"Not a Cityscapes camera file: {path}. Expected JSON with positive numbers "
            "intrinsic.fx and extrinsic.baseline; copy the file again. "
            f"Received: {' '.join(text[:60].split())!r}."
        )
    return Calibration(focal, baseline)
