"""Pixel losses in float64, a pixel at a time, written from their formulas."""

import numpy as np


def cross_entropy(labels, logits, ignore_label=255, class_weights=None, label_smoothing=0.0):
    """`(loss of each pixel, its weight, weighted mean)` for labels [...] and logits [..., K]."""
    logits = np.asarray(logits, np.float64)
    labels = np.asarray(labels).astype(np.int64).reshape(logits.shape[:-1])
    values, weights = np.zeros(labels.shape), np.zeros(labels.shape)
    for at in np.ndindex(labels.shape):
        label = labels[at]
        if label == ignore_label or not 0 <= label < logits.shape[-1]:
            continue
        probabilities = np.exp(logits[at] - logits[at].max())
        probabilities /= probabilities.sum()
        target = np.full(len(probabilities), label_smoothing / len(probabilities))
        target[label] += 1.0 - label_smoothing
        values[at] = -(target * np.log(probabilities)).sum()
        weights[at] = 1.0 if class_weights is None else class_weights[label]
    total = weights.sum()
    return values, weights, (values * weights).sum() / total if total else 0.0


def depth_l1(target, prediction, all_pixels=False):
    """`(loss of each pixel, weight of each pixel, mean)`; any shape, the same for both."""
    prediction = np.asarray(prediction, np.float64)
    target = np.asarray(target, np.float64).reshape(prediction.shape)
    values, weights = np.zeros(target.shape), np.zeros(target.shape)
    for at in np.ndindex(target.shape):
        measured = np.isfinite(target[at]) and target[at] >= 0
        if measured or all_pixels:
            values[at] = abs(prediction[at] - (target[at] if measured else 0.0))
            weights[at] = 1.0
    total = weights.sum()
    return values, weights, (values * weights).sum() / total if total else 0.0


def _measured(target, prediction):
    """(target, prediction) of the pixels that have a target, image by image."""
    target = np.asarray(target, np.float64)
    prediction = np.asarray(prediction, np.float64)
    for truth, found in zip(target, prediction, strict=True):
        has_depth = np.isfinite(truth) & (truth >= 0)
        yield truth[has_depth], found[has_depth]


def _log(depth, floor):
    """Natural logarithm, a tangent below `floor`."""
    return np.where(
        depth >= floor, np.log(np.maximum(depth, floor)), np.log(floor) + (depth - floor) / floor
    )


def log_depth_l1(target, prediction, floor):
    """Mean of |ln p - ln g|."""
    errors = [
        np.abs(_log(p, floor) - np.log(np.maximum(g, floor)))
        for g, p in _measured(target, prediction)
    ]
    return np.concatenate(errors).mean()


def inverse_depth_l1(target, prediction, floor):
    """Mean of |1/p - 1/g|, with a tangent of 1/p below `floor`."""
    errors = []
    for g, p in _measured(target, prediction):
        inverse = np.where(p >= floor, 1 / np.maximum(p, floor), 1 / floor - (p - floor) / floor**2)
        errors.append(np.abs(inverse - 1 / np.maximum(g, floor)))
    return np.concatenate(errors).mean()


def scale_invariant_log(target, prediction, share, floor):
    """Eigen et al., Eq. 4, of each image; the mean of the images by their numbers of pixels."""
    total = pixels = 0.0
    for g, p in _measured(target, prediction):
        if not len(g):
            continue
        d = _log(p, floor) - np.log(np.maximum(g, floor))
        n = len(d)
        total += n * ((d**2).sum() / n - share / n**2 * d.sum() ** 2)
        pixels += n
    return total / pixels


def berhu_threshold(target, prediction):
    """Laina et al.: a fifth of the largest error of the batch."""
    return max(np.abs(p - g).max(initial=0.0) for g, p in _measured(target, prediction)) / 5


def berhu(target, prediction, threshold):
    """Laina et al., Eq. 1, averaged over the pixels with a depth."""
    errors = np.concatenate([np.abs(p - g) for g, p in _measured(target, prediction)])
    squared = (errors**2 + threshold**2) / (2 * threshold)
    return np.where(errors <= threshold, errors, squared).mean()
