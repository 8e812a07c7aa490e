"""FAMO, Algorithm 1, in plain float64."""

import numpy as np


def trajectory(before, after, rate=0.025, decay=0.001):
    """(objective, weights) of each batch: [T] and [T, K].

    Args:
        before: [T, K] losses that a batch trains with.
        after: [T, K] losses of the same batch after the step.
    """
    count = len(before[0])
    xi, first, second = np.zeros(count), np.zeros(count), np.zeros(count)
    objectives, weights = [], []
    for number, (losses, later) in enumerate(zip(before, after, strict=True), 1):
        z = np.exp(xi) / np.exp(xi).sum()
        c = 1 / np.sum(z / losses)
        objectives.append(c * np.sum(z * np.log(losses)))
        weights.append(c * z / losses)
        jacobian = np.diag(z) - np.outer(z, z)
        gradient = jacobian.T @ (np.log(losses) - np.log(later)) + decay * xi
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        corrected = np.sqrt(second / (1 - 0.999**number))
        xi = xi - rate * first / (1 - 0.9**number) / (corrected + 1e-8)
    return np.array(objectives), np.array(weights)
