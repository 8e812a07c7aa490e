"""TWB and FTWB in plain float64 NumPy, written from paper A's Algorithms 1 and 2."""

import numpy as np


def cross_entropy(labels: np.ndarray, logits: np.ndarray, ignore: int = 255) -> float:
    """Mean over labelled pixels of -log softmax(logits)[label]; 0 without any."""
    logits = logits.astype(np.float64)
    valid = labels != ignore
    if not valid.any():
        return 0.0
    log_probability = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return float(-log_probability[valid, labels[valid].astype(int)].mean())


def depth_l1(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Mean over pixels with truth >= 0 of |truth - prediction|; 0 without any."""
    valid = truth >= 0
    if not valid.any():
        return 0.0
    return float(np.abs(truth.astype(np.float64) - prediction)[valid].mean())


def trajectory(
    losses: list[tuple[float, float]],
    present: list[bool],
    momentum: float,
    focus: float | str | None,
) -> list[tuple[float, float]]:
    """Weights (main, auxiliary) after each batch.

    Args:
        losses: (main, auxiliary) of each batch.
        present: Whether both tasks had a valid pixel in that batch.
        momentum: Of the moving average.
        focus: `None` is TWB, `"loss"` or a number FTWB.
    """
    main_weight, auxiliary_weight = 1.0, 1.0
    after = []
    for (main, auxiliary), both in zip(losses, present, strict=True):
        if both:
            factor = 1.0 if focus is None else main if focus == "loss" else focus
            main_weight = momentum * main_weight + (1 - momentum) * factor * auxiliary
            auxiliary_weight = momentum * auxiliary_weight + (1 - momentum) * main
        after.append((main_weight, auxiliary_weight))
    return after
