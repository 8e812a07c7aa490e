"""Weights of one over the first losses, in plain float64."""

import numpy as np


def trajectory(losses, batches):
    """(objective, weights after it) of each batch.

    Args:
        losses: [T, K]; NaN where a task has no valid pixel, which then adds nothing.
        batches: How many first losses a task's mean is over.
    """
    first = [[] for _ in losses[0]]
    after = []
    for row in losses:
        for seen, loss in zip(first, row, strict=True):
            if np.isfinite(loss) and loss > 0 and len(seen) < batches:
                seen.append(float(loss))
        weights = [1 / np.mean(seen) if seen else 1.0 for seen in first]
        objective = sum(w * loss for w, loss in zip(weights, row, strict=True) if np.isfinite(loss))
        after.append((objective, weights))
    return after
