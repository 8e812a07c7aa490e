"""DWA in plain float64, from the losses of all times at once."""

import numpy as np


def trajectory(losses, times, temperature=2.0):
    """The weights of each batch [T, K].

    Args:
        losses: [T, K].
        times: The number of the epoch (or window) of each batch; consecutive from 0.
        temperature: T.
    """
    losses, times = np.asarray(losses, np.float64), np.asarray(times)
    means = [losses[times == time].mean(axis=0) for time in range(times.max() + 1)]
    weights = []
    for time in times:
        if time < 2:
            weights.append(np.ones(losses.shape[1]))
            continue
        exponents = np.exp(means[time - 1] / means[time - 2] / temperature)
        weights.append(losses.shape[1] * exponents / exponents.sum())
    return np.array(weights)
