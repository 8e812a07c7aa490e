"""KITTI's disparity outliers (D1), counted as in its scene flow development kit."""

import numpy as np

from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics.depth_scores import same_size

# A pixel is an outlier if its error exceeds both limits.
LIMIT_PIXELS = 3.0
LIMIT_SHARE = 0.05


def d1_counts(
    truth: np.ndarray, prediction: np.ndarray, objects: np.ndarray | None = None
) -> np.ndarray:
    """Outliers and pixels of one image; sum the counts of all images and pass them to `d1`.

    `outlier: |p - g| > 3 px and |p - g| / g > 0.05`, among pixels with `g > 0`. A NaN in the
    prediction is an outlier.

    Args:
        truth: Disparity [H, W] or [H, W, 1] in pixels at the image's own size; <= 0 means no
            truth.
        prediction: Disparity, the same size and unit.
        objects: KITTI's object map [H, W]: > 0 on moving objects (foreground).

    Returns:
        int64 [2] `(outliers, pixels)`, or with `objects` [2, 2]: background, then foreground.

    Raises:
        ConfigError: The sizes differ.
    """
    truth, prediction = same_size(truth, prediction)
    valid = np.isfinite(truth) & (truth > 0)
    error = np.abs(np.where(valid, prediction - np.where(valid, truth, 0.0), 0.0))
    outlier = ~((error <= LIMIT_PIXELS) | (error <= LIMIT_SHARE * truth)) & valid
    if objects is None:
        return np.array([outlier.sum(), valid.sum()], np.int64)
    if objects.shape != truth.shape:
        raise ConfigError(
            f"The object map must have the size of the disparity, {truth.shape}. "
            f"Received: {objects.shape}."
        )
    return np.array(
        [[(outlier & part).sum(), (valid & part).sum()] for part in (objects == 0, objects > 0)],
        np.int64,
    )


def d1(counts: np.ndarray) -> dict[str, float]:
    """Outliers in per cent of the pixels: `d1_all`; if counted separately also `d1_bg`, `d1_fg`."""
    rows = {"d1_all": counts.reshape(-1, 2).sum(axis=0)}
    if counts.ndim == 2:
        rows |= {"d1_bg": counts[0], "d1_fg": counts[1]}
    return {
        name: 100.0 * float(outliers) / float(pixels) if pixels else float("nan")
        for name, (outliers, pixels) in rows.items()
    }
