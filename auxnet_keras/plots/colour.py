"""Label maps and depth maps as colour images."""

import cv2
import numpy as np

UNKNOWN = (148, 148, 148)
"""The colour of a pixel without a value: neutral, because dark means far and bright near."""


def colour_labels(ids: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """A class map in the colours of a palette; ids without a colour (the ignore label) are black.

    Args:
        ids: Class ids [H, W] or [H, W, 1], any integer dtype.
        palette: uint8 [K, 3], RGB.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    ids = _flat(ids).astype(np.int64)
    classes = len(palette)
    colours = np.concatenate([np.asarray(palette, np.uint8), np.zeros((1, 3), np.uint8)])
    return colours[np.where((ids >= 0) & (ids < classes), ids, classes)]


def colour_depth(
    depth: np.ndarray, maximum: float | None = None, *, near_bright: bool = False
) -> np.ndarray:
    """A depth map in a perceptually uniform colour map from dark (0) to bright (`maximum`).

    Args:
        depth: [H, W] or [H, W, 1] in any unit; neutral grey where negative, infinite or NaN.
        maximum: The depth shown brightest; set it to make images comparable. By default the 99th
            (with `near_bright` the 1st) percentile of the valid pixels.
        near_bright: For depth in metres: brightness is proportional to `sqrt(maximum / depth)`, so
            near things are bright, as in a disparity map. A depth of 0 is then no depth, and grey.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    depth = _flat(depth).astype(np.float64)
    valid = np.isfinite(depth) & ((depth > 0) if near_bright else (depth >= 0))
    if maximum is None and valid.any():
        maximum = float(np.percentile(depth[valid], 1 if near_bright else 99))
    maximum = max(maximum or 0.0, 1e-6)
    values = np.where(valid, depth, 0.0) / maximum
    if near_bright:
        values = 1.0 / np.sqrt(np.maximum(values, 1e-6))
    steps = 8 + 247 * np.clip(values, 0.0, 1.0)  # the darkest colours cannot be told apart
    colours = cv2.applyColorMap(np.round(steps).astype(np.uint8), cv2.COLORMAP_INFERNO)
    colours[~valid] = UNKNOWN
    return colours[..., ::-1].copy()


def overlay(
    image: np.ndarray, ids: np.ndarray, palette: np.ndarray, alpha: float = 0.5
) -> np.ndarray:
    """The image blended with its class map; pixels with the ignore label do not change.

    Args:
        image: uint8 [H, W, 3], RGB.
        ids: Class ids [H, W] or [H, W, 1].
        palette: uint8 [K, 3], RGB.
        alpha: Opacity of the class colours, 0..1.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    ids = _flat(ids)
    known = ((ids >= 0) & (ids < len(palette)))[..., None]
    mixed = (1 - alpha) * image + alpha * colour_labels(ids, palette)
    return np.where(known, np.round(mixed), image).astype(np.uint8)


def _flat(array: np.ndarray) -> np.ndarray:
    return array[..., 0] if array.ndim == 3 else array
