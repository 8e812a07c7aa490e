"""Scores inside and outside the region of a class, a pixel at a time: paper B's Table 1."""

import math


def iou_of_class(pairs, c):
    """From (true, predicted) pairs."""
    both = sum(t == c and p == c for t, p in pairs)
    either = sum(t == c or p == c for t, p in pairs)
    return both / either


def iou(pairs, inside=None, outside=None):
    """Mean over the pixels of a region of the IoU of each pixel's class; `None` without a pixel."""
    region = [t for t, _ in pairs if inside in (None, t) and t != outside]
    if not region:
        return None
    of_class = {t: iou_of_class(pairs, t) for t in set(region)}
    return sum(of_class[t] for t in region) / len(region)


def log_l1(triples, inside=None, outside=None, least=1e-3, most=80.0):
    """From (true class, true depth, predicted depth); `None` without a pixel with depth."""
    errors = [
        abs(math.log(min(max(p, least), most)) - math.log(g))
        for t, g, p in triples
        if 0 < g <= most and inside in (None, t) and t != outside
    ]
    return sum(errors) / len(errors) if errors else None
