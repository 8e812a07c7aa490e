"""Scores inside and outside the region of each class, to show which classes a second task helped.

The region of class c is where the truth is c. Every score here is a mean over pixels, so that

    full = share_c * inside_c + (1 - share_c) * outside_c

for every class c with the share `share_c` of the pixels in its region. The numbers in the paper's
Table 1 satisfy this with the same share of the car, 2.4 %, for both columns of IoU (98.29, 98.57,
87.03 and 98.08, 98.32, 88.18 %), as frequency-weighted IoU does and mean IoU does not.
"""

import dataclasses

import numpy as np

from auxnet_keras.metrics import confusion
from auxnet_keras.metrics._ratio import ratio
from auxnet_keras.metrics.depth_scores import same_size


@dataclasses.dataclass(frozen=True)
class Regions:
    """A score of the full image and of the regions of K classes; NaN for a region without pixels.

    Attributes:
        full: Mean over all pixels.
        inside: [K], mean over the pixels of class c.
        outside: [K], mean over all other pixels; NaN also for a class without pixels.
        share: [K], fraction of the pixels that are of class c.
    """

    full: float
    inside: np.ndarray
    outside: np.ndarray
    share: np.ndarray


def regions(sums: np.ndarray, pixels: np.ndarray) -> Regions:
    """The means of a score, from its sum over the pixels of each class and their number.

    Args:
        sums: [K].
        pixels: [K].

    Example:
        >>> regions(np.array([3.0, 1.0]), np.array([3, 1])).full
        1.0
    """
    sums, pixels = np.asarray(sums, np.float64), np.asarray(pixels, np.float64)
    present = pixels > 0
    outside = ratio(sums.sum() - sums, pixels.sum() - pixels, np)
    return Regions(
        full=float(ratio(sums.sum(), pixels.sum(), np)),
        inside=ratio(sums, pixels, np),
        outside=np.where(present, outside, np.nan),
        share=ratio(pixels, np.full(pixels.shape, pixels.sum()), np),
    )


def iou_regions(counts: np.ndarray) -> Regions:
    """Frequency-weighted IoU: `inside` is `IoU_c`, `full` is the fwIoU.

        IoU_c = H[c, c] / (row_c + col_c - H[c, c]),  sum over region c = row_c * IoU_c

    Args:
        counts: Confusion matrix [K, K] of all images, rows truth.
    """
    counts = np.asarray(counts)
    names = [str(c) for c in range(len(counts))]
    scores = confusion.scores(counts, names)
    pixels = counts.sum(axis=1)
    iou = np.array([scores[f"iou_{name}"] for name in names])
    return regions(np.where(pixels > 0, pixels * iou, 0.0), pixels)


def log_l1(
    labels: np.ndarray,
    truth: np.ndarray,
    prediction: np.ndarray,
    classes: int,
    *,
    min_depth: float = 1e-3,
    max_depth: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Sum of `|ln p_i - ln g_i|` over the pixels of each class in one image, and their number.

    A pixel counts if it has a class and `0 < g <= max_depth`; p is clipped to
    `min_depth..max_depth`. Sums and numbers of several images add up. The score is the same for
    depth and inverse depth.

    Args:
        labels: [H, W], ids outside 0..classes-1 do not count.
        truth: [H, W] or [H, W, 1]; negative, NaN and infinite values mark pixels without depth.
        prediction: The same number of pixels, in the same unit.
        classes: K.
        min_depth, max_depth: In the same unit.

    Returns:
        float64 [K], int64 [K].

    Raises:
        ConfigError: The sizes differ.
    """
    truth, prediction = same_size(truth, prediction)
    counted = np.isfinite(truth) & (truth > 0) & (labels >= 0) & (labels < classes)
    if max_depth is not None:
        counted &= truth <= max_depth
    label = labels[counted].astype(np.int64)
    error = np.abs(np.log(np.clip(prediction[counted], min_depth, max_depth) / truth[counted]))
    return (
        np.bincount(label, weights=error, minlength=classes),
        np.bincount(label, minlength=classes),
    )
