"""Scores of a depth map, from sums over pixels that add up over images, batches and replicas."""

import math
from types import ModuleType

import numpy as np

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics._ratio import ratio

# The number of sums that `sums` returns: the pixel count and two errors over all measured pixels,
# the rest over those with a positive truth.
TERMS = 12
THRESHOLDS = (1.25, 1.25**2, 1.25**3)


def sums(
    truth: Tensor, prediction: Tensor, measured: Tensor, min_depth: float, xp: ModuleType = np
) -> Tensor:
    """The [12] sums from which `scores` computes its means.

    Args:
        truth: Depth, any shape and unit.
        prediction: Predicted depth, the same shape and unit.
        measured: bool, the same shape: where `truth` was measured (and is >= 0).
        min_depth: Lower clip of predictions in ratios and logarithms.
        xp: `numpy`, or `keras.ops` inside a graph.
    """
    return xp.stack([xp.sum(term) for term in terms(truth, prediction, measured, min_depth, xp)])


def terms(
    truth: Tensor, prediction: Tensor, measured: Tensor, min_depth: float, xp: ModuleType = np
) -> list[Tensor]:
    """What each pixel adds to the 12 `sums`, in the shape of `truth`; arguments as there."""
    # Finite numbers where nothing was measured: inf - inf or log 0 would make the sum NaN.
    truth = xp.where(measured, truth, 0.0)
    positive = truth > 0
    error = xp.where(measured, prediction - truth, 0.0)
    divisor = xp.where(positive, truth, 1.0)
    clipped = xp.where(positive, xp.maximum(prediction, min_depth), 1.0)
    relative = xp.abs(clipped - divisor) / divisor
    log = xp.log(clipped / divisor)
    quotient = xp.maximum(clipped / divisor, divisor / clipped)
    one = xp.where(positive, 1.0, 0.0)
    return [
        xp.where(measured, 1.0, 0.0),
        xp.abs(error),
        error * error,
        one,
        relative,
        relative * relative * divisor,
        log * log,
        log,
        xp.abs(log) / math.log(10.0),
        *(xp.where(quotient < threshold, one, 0.0) for threshold in THRESHOLDS),
    ]


def scores(sums: Tensor, xp: ModuleType = np) -> dict[str, Tensor]:
    """Means over the pixels that `sums` counted; NaN without a pixel.

    With truth g, prediction p, over all measured pixels:

        mae  mean |p - g|                rmse  sqrt(mean (p - g)^2)

    and over the pixels with g > 0, with `p' = max(p, min_depth)` and `d = ln p' - ln g`:

        abs_rel  mean |p' - g| / g       sq_rel  mean (p' - g)^2 / g
        rmse_log sqrt(mean d^2)          log10   mean |d| / ln 10
        silog    100 * sqrt(mean d^2 - (mean d)^2)
        delta_k  share of max(p'/g, g/p') < 1.25^k, k = 1, 2, 3

    Reference:
        Eigen et al., NIPS 2014, section 4; KITTI depth prediction benchmark (silog).
    """
    count, positive = sums[0], sums[3]
    mae, square = (ratio(sums[i], count, xp) for i in (1, 2))
    abs_rel, sq_rel, log_square, log, log10, *deltas = (
        ratio(sums[i], positive, xp) for i in range(4, TERMS)
    )
    return {
        "abs_rel": abs_rel,
        "sq_rel": sq_rel,
        "rmse": xp.sqrt(square),
        "rmse_log": xp.sqrt(log_square),
        "log10": log10,
        # Rounding can make the variance of a constant negative.
        "silog": 100.0 * xp.sqrt(xp.maximum(log_square - log * log, 0.0)),
        **{f"delta_{k}": share for k, share in enumerate(deltas, start=1)},
        "mae": mae,
    }


def image_scores(
    truth: np.ndarray,
    prediction: np.ndarray,
    *,
    min_depth: float = 1e-3,
    max_depth: float | None = None,
) -> dict[str, float]:
    """Scores of one image by the convention of the literature, in float64.

    A pixel counts if `0 < truth <= max_depth`; the prediction is clipped to
    `min_depth..max_depth` for every score. Average the images with `mean_over_images`.

    Args:
        truth: [H, W] or [H, W, 1]; negative, NaN and infinite values mark pixels without depth.
        prediction: The same number of pixels, in the same unit.
        min_depth: Lower clip of the prediction.
        max_depth: Upper limit of truth and prediction (80 m on KITTI, 10 m on NYU-v2), if any.

    Raises:
        ConfigError: The sizes differ.
    """
    truth, prediction = same_size(truth, prediction)
    measured = np.isfinite(truth) & (truth > 0)
    if max_depth is not None:
        measured &= truth <= max_depth
    clipped = np.clip(prediction[measured], min_depth, max_depth)
    values = scores(sums(truth[measured], clipped, np.full(clipped.shape, True), min_depth))
    return {key: float(value) for key, value in values.items()}


def mean_over_images(images: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each score over the images; images without valid depth do not count."""
    means = {}
    for key in images[0] if images else ():
        values = [image[key] for image in images if not math.isnan(image[key])]
        means[key] = sum(values) / len(values) if values else math.nan
    return means


def same_size(truth: np.ndarray, prediction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both maps, given as [H, W] or [H, W, 1], as float64 [H, W].

    Raises:
        ConfigError: The sizes differ.
    """
    maps = [np.asarray(a, np.float64) for a in (truth, prediction)]
    flat = [a[..., 0] if a.ndim == 3 and a.shape[-1] == 1 else a for a in maps]
    if flat[0].shape != flat[1].shape:
        raise ConfigError(
            "Truth and prediction must have the same size. Resize the prediction to the truth's "
            f"(and rescale disparity with the width). Received: {truth.shape}, {prediction.shape}."
        )
    return flat[0], flat[1]
