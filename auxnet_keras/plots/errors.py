"""Where a prediction is wrong: maps of the errors of both tasks."""

import cv2
import matplotlib
import numpy as np

from auxnet_keras.plots.colour import UNKNOWN
from auxnet_keras.plots.colour_bar import ColourBar

WRONG = (213, 94, 0)
"""Okabe and Ito's vermilion."""

MOST = 2.0
"""The factor between predicted and true distance at the ends of the colours."""

_COLOURS = "PuOr"  # its ends stay apart for the colour-blind; white is right


def label_errors(
    image: np.ndarray, truth: np.ndarray, prediction: np.ndarray, ignore_label: int = 255
) -> np.ndarray:
    """The image in pale grey, and on it, in vermilion, the pixels with a wrong class.

    Args:
        image: uint8 [H, W, 3], RGB.
        truth: Class ids [H, W]; pixels with the ignore label are neutral grey.
        prediction: Class ids [H, W].
        ignore_label: The ignore label.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    picture = np.repeat((200 + 0.2 * grey)[..., None], 3, axis=-1).astype(np.uint8)
    ignored = truth == ignore_label
    picture[ignored] = UNKNOWN
    picture[~ignored & (truth != prediction)] = WRONG
    return picture


def depth_errors(truth: np.ndarray, prediction: np.ndarray, *, far_is_large: bool) -> np.ndarray:
    """The ratio of predicted to true distance: violet too far, orange too near, white right.

    `log(p / g) / log(2)`, clipped to -1..1; the same for metres, disparity and inverse depth.

    Args:
        truth: Depth [H, W] or [H, W, 1]; neutral grey where not positive or not finite.
        prediction: The same number of pixels, in the same unit.
        far_is_large: Whether a larger value is farther away, as in metres.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    truth, prediction = (
        np.asarray(a, np.float64).reshape(a.shape[:2]) for a in (truth, prediction)
    )
    valid = np.isfinite(truth) & (truth > 0)
    ratio = np.maximum(prediction, 1e-6) / np.where(valid, truth, 1.0)
    share = np.clip(np.log(ratio) / np.log(MOST), -1.0, 1.0)
    colours = _colours(share if far_is_large else -share)
    colours[~valid] = UNKNOWN
    return colours


def depth_error_bar() -> ColourBar:
    """The meaning of the colours of `depth_errors`."""
    ticks = [(0.0, "0.5"), (0.25, "0.7"), (0.5, "1"), (0.75, "1.4"), (1.0, "2")]
    return ColourBar(
        "predicted / true distance", _colours(np.linspace(-1, 1, 256)), ticks, "no depth"
    )


def _colours(share: np.ndarray) -> np.ndarray:
    colours = matplotlib.colormaps[_COLOURS]((share + 1) / 2)[..., :3]
    return np.round(255 * colours).astype(np.uint8)
