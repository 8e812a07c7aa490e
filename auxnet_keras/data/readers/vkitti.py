"""Virtual KITTI 2.0.3 and 1.3.1: rendered drives in five scenes and ten variations of each."""

import logging
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.files.colours import Colour, ColourTable, first_colour, read_colours
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import LabelTable, with_table
from auxnet_keras.data.readers import vkitti_layout
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.split import Division, by_group, by_sequence
from auxnet_keras.data.readers.vkitti_labels import CATEGORIES, UNLISTED, VKITTI_12, VKITTI_14
from auxnet_keras.data.units import Calibration, DepthEncoding, NoCalibrationError

CAMERA = Calibration(focal=725.0087, baseline=0.532725)
"""Of release 2.0.3; 1.3.1 has one camera only."""

FAR = 65535
"""Stored depth of the sky and everything beyond 655.34 m."""

_LABEL = png.PngKind("label", 8, ("RGB",), "one colour per category")
_DEPTH = png.PngKind("depth", 16, ("grey",), "centimetres")
_MAX_WARNINGS = 10  # further files are logged as information

logger = logging.getLogger("auxnet_keras")


class VkittiSource(Source):
    """Reads a folder with the archives of 2.0.3 or of 1.3.1, unpacked anywhere below it.

    Label colours come from the clip's `colors.txt` (2.0.3; the release's fixed colours if it is
    missing) or `..._scenegt_rgb_encoding.txt` (1.3.1). Pixels of any other colour are ignored; a
    warning names the file and counts them.

    A tenth validates, as in Learning Boost: a fixed random choice of (scene, number), so that all
    variations and cameras of one moment stay together. Neighbouring moments may be separated;
    `VkittiScenesSource` splits by scenes.

    Reference: Gaidon et al., CVPR 2016; Cabon, Murray and Humenberger, 2020.
    """

    table: ClassVar[LabelTable] = VKITTI_12
    info = DatasetInfo(
        kind="vkitti",
        class_names=VKITTI_12.names,
        palette=VKITTI_12.palette,
        depth_unit="metres",
        licence="CC BY-NC-SA 3.0",
        citation=(
            "A. Gaidon et al., Virtual Worlds as Proxy for Multi-Object Tracking Analysis, CVPR "
            "2016; Y. Cabon, N. Murray and M. Humenberger, Virtual KITTI 2, 2020."
        ),
    )
    encoding = DepthEncoding(unit="metres", scale=0.01, far=FAR)
    searched_below = True
    label_place = "classSegmentation, scenegt"
    depth_place = "depth, depthgt"

    def __init__(self, root: str | Path) -> None:
        super().__init__(root)
        self._colours: dict[str, ColourTable] = {}
        self._reported: set[Path] = set()

    @cached_property
    def _found(self) -> tuple[int, vkitti_layout.Found]:
        return vkitti_layout.find_frames(self.root)

    def discover(self) -> list[Frame]:
        return self._found[1].frames

    def divide(self, frames: list[Frame]) -> Division:
        return by_group(
            frames, lambda frame: (frame.sequence, vkitti_layout.number(frame)), fraction=0.1
        )

    def label_table(self, frame: Frame) -> LabelTable:
        return self.table

    def _palette(self, frame: Frame) -> Path | None:
        return self._found[1].palettes.get(vkitti_layout.clip(frame).lower())

    def files(self, frame: Frame) -> list[Path]:
        palette = self._palette(frame) if frame.label is not None else None
        return super().files(frame) + ([palette] if palette else [])

    def _colour_table(self, frame: Frame) -> ColourTable:
        clip = vkitti_layout.clip(frame)
        if clip not in self._colours:
            palette = self._palette(frame)
            entries = list(CATEGORIES.items()) if palette is None else read_colours(palette)
            numbers = {category: number for number, category in enumerate(CATEGORIES)}
            ids: dict[Colour, int] = {
                colour: numbers[category] for category, colour in entries if category in numbers
            }
            self._colours[clip] = ColourTable(ids, UNLISTED)
        return self._colours[clip]

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        rgb = png.decode(path, _LABEL)[..., ::-1]  # OpenCV's order is BGR
        ids = self._colour_table(frame).look_up(rgb)
        unlisted = ids == UNLISTED
        if unlisted.any():
            self._report(frame, path, int(unlisted.sum()), first_colour(rgb, unlisted))
        return ids

    def _report(self, frame: Frame, path: Path, pixels: int, colour: Colour) -> None:
        if path in self._reported:
            return
        level = logging.WARNING if len(self._reported) < _MAX_WARNINGS else logging.INFO
        self._reported.add(path)
        place = self._palette(frame) or "Virtual KITTI 2.0.3's palette"
        text = "%s: ignored %d pixels of colours that are not in %s, such as %s"
        logger.log(level, text, path, pixels, place, colour)

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        return png.decode(path, _DEPTH)

    def calibration(self, frame: Frame, width: int) -> Calibration:
        if self._found[0] == 1:
            raise NoCalibrationError(
                f"No stereo calibration for {frame.image}. Expected release 2.0.3 (1.3.1 has one "
                "camera only); train on metres or inverse_depth instead of disparity_px. "
                "Received: release 1.3.1."
            )
        return CAMERA


class Vkitti14Source(VkittiSource):
    """The release's own 14 categories."""

    table = VKITTI_14
    info = with_table(VkittiSource.info, "vkitti-14", VKITTI_14)


class VkittiScenesSource(VkittiSource):
    """Validates on whole scenes, the last by name: of all five, Scene20 (or world 0020)."""

    info = with_table(VkittiSource.info, "vkitti-scenes", VKITTI_12)

    def divide(self, frames: list[Frame]) -> Division:
        return by_sequence(
            frames, route=lambda frame: frame.sequence, position=vkitti_layout.number
        )


class Vkitti14ScenesSource(VkittiScenesSource):
    """The 14 categories; validates on whole scenes."""

    table = VKITTI_14
    info = with_table(VkittiSource.info, "vkitti-14-scenes", VKITTI_14)
