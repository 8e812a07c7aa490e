"""STCH, set form, in plain float64."""

import numpy as np


def objective(losses, reference, mu):
    """K mu log sum (L / z)^(1/mu)."""
    ratios = np.asarray(losses, np.float64) / reference
    return len(ratios) * mu * np.log(np.sum(ratios ** (1 / mu)))


def weights(losses, reference, mu, step=1e-6):
    """Its derivatives by the losses, as difference quotients."""
    found = []
    for k, loss in enumerate(losses):
        up, down = np.array(losses, np.float64), np.array(losses, np.float64)
        up[k] += step * loss
        down[k] -= step * loss
        rise = objective(up, reference, mu) - objective(down, reference, mu)
        found.append(rise / (2 * step * loss))
    return np.array(found)
