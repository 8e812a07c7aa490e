"""DTP with the progress of the losses as its indicator, in plain float64."""

import numpy as np


def trajectory(losses, gamma, momentum):
    """The weights of each batch [T, K]."""
    losses = np.asarray(losses, np.float64)
    indicators = np.exp(-losses / losses[0])
    average, weights = indicators[0], []
    for number, indicator in enumerate(indicators):
        if number:
            average = momentum * average + (1 - momentum) * indicator
        kept = np.clip(average, 0.001, 0.999)
        weights.append(-((1 - kept) ** gamma) * np.log(kept))
    return np.array(weights)
