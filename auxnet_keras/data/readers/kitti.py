"""KITTI 2015: semantics (8-bit Cityscapes ids) with the scene-flow benchmark's disparity."""

import contextlib
import math
import re
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.listing import contents, files_in
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import CITYSCAPES_IDS, LabelTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.cityscapes_labels import cityscapes_ids
from auxnet_keras.data.readers.folds import FOLDS
from auxnet_keras.data.readers.split import every_fifth
from auxnet_keras.data.units import Calibration, DepthEncoding, NoCalibrationError
from auxnet_keras.errors import DataError

BASELINE = 0.532725
"""Metres between the colour cameras 2 and 3. (The literature often uses 0.54.)"""

FOCAL_BY_WIDTH = {1242: 721.5377, 1241: 718.856, 1224: 707.0493, 1238: 718.3351}
"""Focal length [px] by image width, which identifies the recording day."""

_DISPARITY = png.PngKind("disparity", 16, ("grey",), "disparity * 256, 0 = not measured")
_REFERENCE = "_10"  # the first image of every scene's pair has the ground truth


class KittiSource(Source):
    """Reads the folder that holds `training/`, or the one with the unpacked archives.

    These are `data_semantics/`, `data_scene_flow/` and optionally `data_scene_flow_calib/`.
    Disparity comes from `disp_occ_0`, or from `disp_noc_0` if that is missing. Frames with a number
    divisible by five are for validation. Metres use the frame's file in `calib_cam_to_cam` if there
    is one, else the focal length of its width and `BASELINE`.

    Reference: Menze and Geiger, CVPR 2015; Alhaija et al., IJCV 2018.
    """

    info = DatasetInfo(
        kind="kitti",
        class_names=CITYSCAPES_IDS.names,
        palette=CITYSCAPES_IDS.palette,
        depth_unit="disparity_px",
        licence="CC BY-NC-SA 3.0",
        citation=(
            "M. Menze and A. Geiger, Object Scene Flow for Autonomous Vehicles, CVPR 2015; "
            "H. Alhaija et al., Augmented Reality Meets Computer Vision, IJCV 2018."
        ),
    )
    encoding = DepthEncoding(unit="disparity_px", scale=1 / 256)
    label_place = "semantic"
    depth_place = "disp_occ_0, disp_noc_0"

    def _places(self, folder: str) -> list[Path]:
        parents = (
            "training",
            "data_semantics/training",
            "data_scene_flow/training",
            "data_scene_flow_calib/training",
            ".",
        )
        return [self.root / parent / folder for parent in parents]

    def _listed(self, *folders: str, endings: tuple[str, ...] = (".png",)) -> dict[str, Path]:
        """Frame name to path; if several folders have the same file, the first one wins."""
        found: dict[str, Path] = {}
        for folder in folders:
            for place in self._places(folder):
                for name, path in files_in(place, *(_REFERENCE + e for e in endings)).items():
                    found.setdefault(name + _REFERENCE, path)
        return found

    def discover(self) -> list[Frame]:
        images = self._listed("image_2", endings=IMAGES)
        if not images:
            raise DataError(
                f"No KITTI frame in {self.root}. Expected training/image_2/000000_10.png and so "
                "on, or the folders data_semantics/ and data_scene_flow/; give the folder that "
                f"holds them. Received: {contents(self.root)}."
            )
        labels = self._listed("semantic")
        depths = self._listed("disp_occ_0", "disp_noc_0")
        return [
            Frame(name, path, labels.get(name), depths.get(name)) for name, path in images.items()
        ]

    def divide(self, frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
        return every_fifth(frames, number=_number)

    def fold_group(self, frame: Frame) -> str:
        return str(_number(frame) % FOLDS)  # fold 0 is the usual split

    def label_table(self, frame: Frame) -> LabelTable:
        return CITYSCAPES_IDS

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        return cityscapes_ids(path)

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        return png.decode(path, _DISPARITY)

    def _calibration_file(self, frame: Frame) -> Path | None:
        name = f"{_number(frame):06d}.txt"
        places = (place / name for place in self._places("calib_cam_to_cam"))
        return next((path for path in places if path.is_file()), None)

    def files(self, frame: Frame) -> list[Path]:
        calibration = self._calibration_file(frame)
        return super().files(frame) + ([calibration] if calibration else [])

    def calibration(self, frame: Frame, width: int) -> Calibration:
        path = self._calibration_file(frame)
        if path is not None:
            return read_calibration(path)
        if width not in FOCAL_BY_WIDTH:
            raise NoCalibrationError(
                f"No focal length for {frame.image}. Expected a width of "
                f"{', '.join(map(str, sorted(FOCAL_BY_WIDTH)))}, or its file in calib_cam_to_cam; "
                f"add that file, or train on disparity_px. Received: a width of {width}."
            )
        return Calibration(FOCAL_BY_WIDTH[width], BASELINE)


def read_calibration(path: Path) -> Calibration:
    """Focal length and baseline of the colour pair: `B = (P_rect_02[0,3] - P_rect_03[0,3]) / f`."""
    text = png.file_bytes(path).decode("ascii", errors="replace")
    rows = {}
    focal = baseline = math.nan
    for camera in ("02", "03"):
        line = re.search(rf"^P_rect_{camera}:((?:\s+[-+.\deE]+){{12}})\s*$", text, re.MULTILINE)
        if line is None:
            raise DataError(
                f"Not a KITTI calibration: {path}. Expected a line 'P_rect_{camera}:' of twelve "
                f"numbers; copy the file again. Received: {text[:60]!r}."
            )
        rows[camera] = line[1].split()
    with contextlib.suppress(ValueError, ZeroDivisionError):
        focal = float(rows["02"][0])
        baseline = (float(rows["02"][3]) - float(rows["03"][3])) / focal
    if not 0 < focal < math.inf or not 0 < baseline < math.inf:
        raise DataError(
            f"Not a KITTI calibration: {path}. Expected a positive focal length and baseline in "
            "'P_rect_02:' and 'P_rect_03:'; copy the file again. "
            f"Received: f = {rows['02'][0]} and P[0,3] = {rows['02'][3]}, {rows['03'][3]}."
        )
    return Calibration(focal, baseline)


def _number(frame: Frame) -> int:
    digits = frame.name.removesuffix("_10")
    if not digits.isdecimal():
        raise DataError(
            f"Not a KITTI frame name: {frame.image}. Expected six digits and _10, as in "
            f"000000_10.png; rename or remove the file. Received: {frame.name!r}."
        )
    return int(digits)
