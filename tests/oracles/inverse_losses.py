"""Rules that depend on the losses of one batch alone, in plain float64: (objective, weights)."""

import numpy as np


def uncertainty_optimal(losses):
    return float(len(losses)), 1 / np.asarray(losses)


def soft_uncertainty(losses, temperature, largest):
    exponents = [np.exp(min(1 / loss, largest) / temperature) for loss in losses]
    weights = np.array(exponents) / sum(exponents)
    return float(np.dot(weights, losses)), weights


def scale_invariant(losses):
    return float(np.sum(np.log(losses))), 1 / np.asarray(losses)


def geometric(losses):
    """The weights are the derivatives of the product's root: by one loss, the others constant."""
    count = len(losses)
    weights = []
    for k, loss in enumerate(losses):
        others = np.prod([each for j, each in enumerate(losses) if j != k])
        weights.append(others ** (1 / count) * loss ** (1 / count - 1) / count)
    return float(np.prod(losses) ** (1 / count)), np.array(weights)
