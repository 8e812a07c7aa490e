"""The files that the prediction of an image is written to."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from auxnet_keras import plots
from auxnet_keras.experiments.outputs.strip import depth_picture
from auxnet_keras.experiments.predictions.depth_png import encode
from auxnet_keras.experiments.run.predictor import Prediction
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

ENDINGS = {
    "segmentation": ("_classes.png", "_overlay.png", "_confidence.png"),
    "depth": ("_depth.png", "_depth16.png", "_depth.npy"),
}
"""Task -> what its files are called after the image's name."""


class Pictures:
    """Draws and writes what a run predicts.

    Args:
        run: A trained run.
    """

    def __init__(self, run: "Run") -> None:
        info = run.info
        self.palette = info.palette
        self.unit = run.depth_unit
        self.stored_unit = info.depth_unit

    def overlay(self, image: np.ndarray, classes: np.ndarray) -> np.ndarray:
        """The classes over the image, uint8 [H, W, 3], RGB."""
        return plots.overlay(image, classes, self.palette)

    def depth(self, depth: np.ndarray, maximum: float | None = None) -> np.ndarray:
        """The depth in colours, near is bright; see `depth_picture`."""
        shown = np.maximum(depth, 0.0)  # a negative prediction is not a missing one
        return depth_picture(shown, self.unit, self.stored_unit, maximum)

    def write(self, image: np.ndarray, prediction: Prediction, stem: Path) -> None:
        """Writes all files of an image; `stem` is their path without the `ENDINGS`.

        Raises:
            DataError: One cannot be written.
        """
        classes, depth, confidence = prediction.classes, prediction.depth, prediction.confidence
        if classes is not None:
            _write(f"{stem}_classes.png", _png(classes))
            _write(f"{stem}_overlay.png", _png(self.overlay(image, classes)))
        if confidence is not None:
            steps = np.round(255 * np.clip(confidence, 0, 1)).astype(np.uint8)
            _write(f"{stem}_confidence.png", _png(steps))
        if depth is not None:
            _write(f"{stem}_depth.png", _png(self.depth(depth)))
            _write(f"{stem}_depth16.png", _png(encode(depth, self.unit)))
            numbers = io.BytesIO()
            np.save(numbers, depth)
            _write(f"{stem}_depth.npy", numbers.getbuffer())


def _png(pixels: np.ndarray) -> bytes:
    """The pixels, RGB or of one channel, as a PNG."""
    _, encoded = cv2.imencode(".png", pixels[..., ::-1] if pixels.ndim == 3 else pixels)
    return encoded.tobytes()


def _write(path: str, content: bytes | memoryview) -> None:
    with writing(path):
        # After a power cut, the same command writes it again.
        write_file(Path(path), content, durable=False)
