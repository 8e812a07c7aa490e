"""A picture that a notebook shows by itself."""

import dataclasses
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras import plots

WIDEST = 1200
"""Pixels that a notebook shows; wider pictures are shrunk there, not in files."""


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A picture; the last value of a cell is shown, and no file is needed.

    Attributes:
        image: uint8 [H, W, 3], RGB.
        about: What it shows, for the terminal.
    """

    image: np.ndarray = dataclasses.field(repr=False)
    about: str

    def save(self, path: str | Path) -> Path:
        """Writes a PNG and creates its folder.

        Raises:
            DataError: The file cannot be written.
        """
        return plots.write_png(self.image, path)

    def _repr_png_(self) -> bytes:
        height, width = self.image.shape[:2]
        image = self.image
        if width > WIDEST:
            size = WIDEST, round(height * WIDEST / width)
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return cv2.imencode(".png", image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
