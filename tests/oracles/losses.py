"""Pixel losses in float64, a pixel at a time, written from their formulas."""

import numpy as np


def cross_entropy(labels, logits, ignore_label=255, class_weights=None):
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
        values[at] = -np.log(probabilities[label])
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
