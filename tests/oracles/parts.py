"""Parts of images pixel by pixel: bands along class borders, ranges of depth, scores of a part."""

import math

import numpy as np

IGNORE = 255


def band(labels, width):
    """Pixels with a pixel of another class at most `width` away, by Euclid's distance."""
    height, length = labels.shape
    found = np.zeros(labels.shape, bool)
    for y, x in np.ndindex(height, length):
        if labels[y, x] == IGNORE:
            continue
        for v, u in np.ndindex(height, length):
            near = (v - y) ** 2 + (u - x) ** 2 <= width**2
            if near and labels[v, u] not in (IGNORE, labels[y, x]):
                found[y, x] = True
                break
    return found


def metric_range(depth, edges):
    """The number of the range of one depth in metres, or -1."""
    if not math.isfinite(depth) or not 0 < depth <= edges[-1]:
        return -1
    return next(number for number, edge in enumerate(edges) if depth <= edge)


def mean_iou(pairs):
    """Mean over the classes in truth or prediction of pairs (true, predicted)."""
    pairs = [(t, p) for t, p in pairs if t != IGNORE]
    ious = []
    for c in {c for pair in pairs for c in pair}:
        both = sum(t == c and p == c for t, p in pairs)
        either = sum(t == c or p == c for t, p in pairs)
        ious.append(both / either)
    return sum(ious) / len(ious)


def accuracy(pairs):
    pairs = [(t, p) for t, p in pairs if t != IGNORE]
    return sum(t == p for t, p in pairs) / len(pairs)


def abs_rel(pairs, farthest):
    """Of pairs (true, predicted) in metres, with the prediction clipped to what is scored."""
    errors = [abs(min(max(p, 1e-3), farthest) - t) / t for t, p in pairs if 0 < t <= farthest]
    return sum(errors) / len(errors)


def rmse(pairs, farthest):
    errors = [(min(max(p, 1e-3), farthest) - t) ** 2 for t, p in pairs if 0 < t <= farthest]
    return math.sqrt(sum(errors) / len(errors))
