"""Depth scores in float64, a pixel at a time, written from their formulas."""

import math

import numpy as np


def scores(truth, prediction, min_depth=1e-3):
    """Pooled over the measured pixels of two arrays of any equal shape."""
    pairs = [
        (float(g), float(p))
        for g, p in zip(np.ravel(truth), np.ravel(prediction), strict=True)
        if math.isfinite(g) and g >= 0
    ]
    positive = [(g, max(p, min_depth)) for g, p in pairs if g > 0]
    logs = [math.log(p) - math.log(g) for g, p in positive]
    ratios = [max(p / g, g / p) for g, p in positive]

    def mean(values):
        values = list(values)
        return sum(values) / len(values) if values else math.nan

    return {
        "abs_rel": mean(abs(p - g) / g for g, p in positive),
        "sq_rel": mean((p - g) ** 2 / g for g, p in positive),
        "rmse": math.sqrt(mean((p - g) ** 2 for g, p in pairs)),
        "rmse_log": math.sqrt(mean(d * d for d in logs)),
        "log10": mean(abs(math.log10(p) - math.log10(g)) for g, p in positive),
        "silog": 100 * math.sqrt(mean((d - mean(logs)) ** 2 for d in logs)),
        "delta_1": mean(r < 1.25 for r in ratios),
        "delta_2": mean(r < 1.25**2 for r in ratios),
        "delta_3": mean(r < 1.25**3 for r in ratios),
        "mae": mean(abs(p - g) for g, p in pairs),
    }


def d1(truth, prediction):
    """`(outliers, pixels)` of one disparity map."""
    valid = [(g, p) for g, p in zip(np.ravel(truth), np.ravel(prediction), strict=True) if g > 0]
    return sum(abs(g - p) > 3 and abs(g - p) / g > 0.05 for g, p in valid), len(valid)
