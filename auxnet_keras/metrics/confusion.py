"""Scores of a class map, all computed from one confusion matrix."""

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics._ratio import ratio


def count_pairs(
    truth: np.ndarray, prediction: np.ndarray, classes: int, ignore_label: int = 255
) -> np.ndarray:
    """Confusion matrix of one class map: `H[t, p]` = pixels of class t predicted as p.

    Args:
        truth: Class ids, any shape; pixels with `ignore_label` or an id outside
            0..classes-1 do not count.
        prediction: Class ids 0..classes-1, the same shape.
        classes: Number of classes.
        ignore_label: The ignore label.

    Returns:
        int64 [classes, classes]; matrices of several images add up.

    Raises:
        ConfigError: The shapes differ or a predicted id is outside 0..classes-1.
    """
    if truth.shape != prediction.shape:
        raise ConfigError(
            "Truth and prediction must have the same size. Resize the prediction to the truth's. "
            f"Received: {truth.shape} and {prediction.shape}."
        )
    truth, prediction = truth.astype(np.int64), prediction.astype(np.int64)
    counted = (truth >= 0) & (truth < classes) & (truth != ignore_label)
    truth, prediction = truth[counted], prediction[counted]
    if prediction.size and not 0 <= prediction.min() <= prediction.max() < classes:
        raise ConfigError(
            f"The ids of a predicted class map must be in 0..{classes - 1}. "
            f"Received: {prediction.min()}..{prediction.max()}."
        )
    pairs = np.bincount(classes * truth + prediction, minlength=classes**2)
    return pairs.reshape(classes, classes)


def scores(confusion: Tensor, class_names: Sequence[str], xp: ModuleType = np) -> dict[str, Tensor]:
    """IoU of every class and the usual summaries.

    With `TP_c = H[c, c]`, `row_c` true and `col_c` predicted pixels of class c, and `N` pixels:

        iou_<c>              IoU_c = TP_c / (row_c + col_c - TP_c)
        mean_iou             mean of IoU_c over the classes in truth or prediction
        fw_iou               sum_c row_c / N * IoU_c
        micro_iou            sum_c TP_c / sum_c (row_c + col_c - TP_c)
        pixel_accuracy       sum_c TP_c / N
        mean_class_accuracy  mean of TP_c / row_c over the classes in the truth

    A class in neither truth nor prediction has the IoU NaN and does not count in the mean. Without
    any pixel all scores are NaN.

    Args:
        confusion: [K, K], rows truth, columns prediction.
        class_names: The K names.
        xp: `numpy`, or `keras.ops` inside a graph.

    Example:
        >>> float(scores(np.array([[3, 1], [0, 0]]), ["road", "car"])["iou_road"])
        0.75

    Reference:
        Shelhamer et al., Fully Convolutional Networks, PAMI 2017, section 5.
    """
    hit = xp.diagonal(confusion)
    row, column = xp.sum(confusion, axis=1), xp.sum(confusion, axis=0)
    union, pixels = row + column - hit, xp.sum(confusion)
    iou, in_union = ratio(hit, union, xp), union > 0
    accuracy, in_truth = ratio(hit, row, xp), row > 0
    summary = {
        "mean_iou": _mean(iou, in_union, xp),
        "fw_iou": ratio(xp.sum(row * xp.where(in_truth, iou, 0.0)), pixels, xp),
        "micro_iou": ratio(xp.sum(hit), xp.sum(union), xp),
        "pixel_accuracy": ratio(xp.sum(hit), pixels, xp),
        "mean_class_accuracy": _mean(accuracy, in_truth, xp),
    }
    return summary | {f"iou_{name}": iou[c] for c, name in enumerate(class_names)}


def _mean(values: Tensor, used: Tensor, xp: ModuleType) -> Tensor:
    return ratio(xp.sum(xp.where(used, values, 0.0)), xp.sum(xp.where(used, 1.0, 0.0)), xp)
