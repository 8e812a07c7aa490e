"""SYNTHIA: the video sequences (SEQS) and RAND-CITYSCAPES."""

import math
import re
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.listing import contents, folders_in
from auxnet_keras.data.files.pattern import match_files
from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import SYNTHIA_RAND_IDS, SYNTHIA_SEQS_IDS, LabelTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.split import by_sequence
from auxnet_keras.data.units import Calibration, DepthEncoding, NoCalibrationError
from auxnet_keras.errors import DataError

FAR = 65535
"""Stored depth from here on (655.35 m) is sky or the far plane; SYNTHIA does not document it."""

_STORED = (".png",)
_DEPTH = png.PngKind("depth", 16, ("RGB", "grey"), "centimetres, the same in every channel")


class SynthiaSource(Source):
    """Reads a sequence's folder (the one that holds `RGB/`), RAND_CITYSCAPES, or a folder of these.

    A frame belongs to its sequence's folder; all its cameras stay together. The last sequences by
    name validate, about a fifth of the frames; seasons of one route (SYNTHIA-SEQS-01-DAWN,
    SYNTHIA-SEQS-01-FOG) stay together. Of a single sequence, the end validates, after a gap.

    Reference: Ros et al., CVPR 2016.
    """

    info = DatasetInfo(
        kind="synthia",
        class_names=SYNTHIA_SEQS_IDS.names,
        palette=SYNTHIA_SEQS_IDS.palette,
        depth_unit="metres",
        licence="CC BY-NC-SA 3.0",
        citation=(
            "G. Ros et al., The SYNTHIA Dataset: A Large Collection of Synthetic Images for "
            "Semantic Segmentation of Urban Scenes, CVPR 2016."
        ),
    )
    encoding = DepthEncoding(unit="metres", scale=0.01, far=FAR)
    label_place = "GT/LABELS"
    depth_place = "Depth"

    def discover(self) -> list[Frame]:
        found = [frame for folder in self._sequences() for frame in self._frames_of(folder)]
        if not found:
            raise DataError(
                f"No SYNTHIA frame in {self.root}. Expected RGB/**/*.png next to GT/LABELS and "
                "Depth, here or in folders such as SYNTHIA-SEQS-01-SPRING; give the folder that "
                f"holds them. Received: {contents(self.root)}."
            )
        return found

    def _sequences(self) -> list[Path]:
        """The folders that hold RGB/, at most two levels below the root."""
        level = [self.root]
        for _ in range(3):
            found = [folder for folder in level if (folder / "RGB").is_dir()]
            if found:
                return found
            level = [inside for folder in level for inside in folders_in(folder)]
        return []

    def _frames_of(self, folder: Path) -> list[Frame]:
        inside = folder.relative_to(self.root)
        labels = match_files(folder, "GT/LABELS", _STORED)
        depths = match_files(folder, "Depth/Depth", _STORED) or match_files(
            folder, "Depth", _STORED
        )
        return [
            Frame(
                name=(inside / name).as_posix(),
                image=path,
                label=labels.get(name),
                depth=depths.get(name),
                sequence=inside.as_posix(),
            )
            for name, path in match_files(folder, "RGB", IMAGES).items()
        ]

    def divide(self, frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
        return by_sequence(frames, route=_route, position=_number)

    def fold_group(self, frame: Frame) -> str:
        return "" if _is_random(frame) else _route(frame)

    def label_table(self, frame: Frame) -> LabelTable:
        return SYNTHIA_RAND_IDS if _is_random(frame) else SYNTHIA_SEQS_IDS

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        # Class in red, instance in green; copies with 8 bits or red alone hold the same ids.
        ids = read_values(path, "label").values
        return ids if ids.ndim == 2 else ids[..., 0]

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        stored = png.decode(path, _DEPTH)
        return stored if stored.ndim == 2 else stored[..., -1]

    def _intrinsics(self, frame: Frame) -> Path:
        return self.root / frame.sequence / "CameraParams" / "intrinsics.txt"

    def files(self, frame: Frame) -> list[Path]:
        path = self._intrinsics(frame)
        return super().files(frame) + ([path] if path.is_file() else [])

    def calibration(self, frame: Frame, width: int) -> Calibration:
        path = self._intrinsics(frame)
        if not path.is_file():
            raise NoCalibrationError(
                f"No calibration for {frame.image}. Expected {path} (RAND-CITYSCAPES has none); "
                "train on metres or inverse_depth instead of disparity_px. Received: no such file."
            )
        return read_intrinsics(path)


def read_intrinsics(path: Path) -> Calibration:
    """Focal length, cx, cy and baseline [m] of a sequence, one per line; cx and cy are unused."""
    text = png.file_bytes(path).decode("ascii", errors="replace")
    try:
        focal, _, _, baseline = (float(word) for word in text.split())
    except ValueError:
        focal = baseline = math.nan
    if not 0 < focal < math.inf or not 0 < baseline < math.inf:
        raise DataError(
            f"Not SYNTHIA intrinsics: {path}. Expected four numbers (focal length, cx, cy, "
            f"baseline), the first and last positive; copy the file again. Received: {text[:60]!r}."
        )
    return Calibration(focal, baseline)


def _route(frame: Frame) -> str:
    numbered = re.search(r"SYNTHIA-SEQS-\d+", frame.sequence)
    return numbered[0] if numbered else frame.sequence


def _is_random(frame: Frame) -> bool:
    """RAND-CITYSCAPES numbers its frames with seven digits, the sequences with six."""
    return len(frame.image.stem) == 7


def _number(frame: Frame) -> int:
    digits = frame.image.stem
    if not digits.isdecimal():
        raise DataError(
            f"Not a SYNTHIA frame name: {frame.image}. Expected digits, as in 000000.png; rename "
            f"or remove the file. Received: {digits!r}."
        )
    return int(digits)
