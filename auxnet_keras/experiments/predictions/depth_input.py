"""Reads images, and for FuseNet the depth that is its second input."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.units import Calibration
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.predictions.inputs import Input

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


class DepthInput:
    """Reads an image with its depth.

    Neither is turned as the camera says: its tag does not turn depth.

    Args:
        run: A run whose network takes depth.
        folder: 16-bit depth PNGs, stored as in the run's data, in subfolders and with names as the
            images have; by default the depth of each image in the run's data.

    Raises:
        DataError: There is no such folder.
    """

    def __init__(self, run: "Run", folder: str | Path | None) -> None:
        self.unit = run.depth_unit
        self.folder = None if folder is None else Path(folder)
        if self.folder is not None and not self.folder.is_dir():
            what = "a file" if self.folder.exists() else "which does not exist"
            raise DataError(
                "--depth must be a folder of depth PNGs named as the images. "
                f"Received: {str(folder)!r}, {what}."
            )
        self.source = run.config.source()
        self.kind = png.PngKind("depth", 16, ("grey", "RGB"), f"as in {self.source.info.kind}")
        self.frames = {frame.image.resolve(): frame for frame in self.source.frames("all")}

    def check(self, inputs: Sequence[Input]) -> None:
        """Refuses videos, and images that have no depth in the run's data.

        Raises:
            ConfigError: Names the first one.
        """
        for one in inputs:
            if one.is_video:
                raise ConfigError(
                    "This network needs depth as a second input, which a video does not have; "
                    f"predict its frames as images. Received: {str(one.path)!r}."
                )
            frame = self.frames.get(one.path.resolve())
            if self.folder is None and (frame is None or frame.depth is None):
                raise ConfigError(
                    "This network needs depth as a second input, and the run's data has none for "
                    "this image; give a folder of depth PNGs with --depth. "
                    f"Received: {str(one.path)!r}."
                )

    def read(self, one: Input) -> tuple[np.ndarray, np.ndarray]:
        """The image, uint8 [H, W, 3], RGB, and its depth, float32 [H, W], -1 = invalid.

        Raises:
            DataError: One of them cannot be read.
        """
        if self.folder is not None:
            return read_image(one.path), self._decoded(self.folder / f"{one.place}.png")
        sample = self.source.read(self.frames[one.path.resolve()], self.unit)
        return sample.image, sample.depth

    def _decoded(self, path: Path) -> np.ndarray:
        stored = png.decode(path, self.kind)
        # The network divides each map by its largest value, so calibration does not matter.
        anything = Calibration(focal=1.0, baseline=1.0)
        depth = stored if stored.ndim == 2 else stored[..., -1]  # red; OpenCV's order is BGR
        return self.source.encoding.decode(depth, self.unit, lambda: anything)
