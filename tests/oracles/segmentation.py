"""Segmentation scores in float64 from sets of pixels, without a confusion matrix."""

import numpy as np


def scores(labels, prediction, class_names, ignore_label=255):
    """Labels and predicted ids, any equal shape."""
    labels, prediction = np.ravel(labels).astype(int), np.ravel(prediction).astype(int)
    used = [0 <= y < len(class_names) and y != ignore_label for y in labels]
    labels, prediction = labels[used], prediction[used]
    iou, accuracy, weighted, intersections, unions = {}, [], 0.0, 0, 0
    for c, name in enumerate(class_names):
        true, called = set(np.flatnonzero(labels == c)), set(np.flatnonzero(prediction == c))
        both, either = len(true & called), len(true | called)
        iou[name] = both / either if either else np.nan
        if true:
            accuracy.append(both / len(true))
            weighted += len(true) / len(labels) * iou[name]
        intersections, unions = intersections + both, unions + either
    present = [value for value in iou.values() if not np.isnan(value)]
    nothing = len(labels) == 0
    return {
        "mean_iou": np.nan if nothing else sum(present) / len(present),
        "fw_iou": np.nan if nothing else weighted,
        "micro_iou": np.nan if nothing else intersections / unions,
        "pixel_accuracy": np.nan if nothing else intersections / len(labels),
        "mean_class_accuracy": np.nan if nothing else sum(accuracy) / len(accuracy),
        **{f"iou_{name}": value for name, value in iou.items()},
    }
