"""Rules with a number per task that Adam learns, in plain float64."""

import numpy as np


def adam(parameter, gradients, rate):
    """The value of a number before each of its steps, and after the last; Kingma and Ba, 2015.

    Args:
        parameter: The first value.
        gradients: A function of the value and the number of the step, from 0.
        rate: The learning rate.
    """
    first = second = 0.0
    while True:
        number = yield parameter
        gradient = gradients(parameter, number)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        corrected = first / (1 - 0.9 ** (number + 1))
        scale = np.sqrt(second / (1 - 0.999 ** (number + 1)))
        parameter = parameter - rate * corrected / (scale + 1e-8)


def uncertainty(losses, classification, rate=0.025, nonnegative=False):
    """Kendall's (Liebel's) form: (objective, weights) of each batch [T, K].

    Args:
        losses: [T, K].
        classification: A bool per task.
    """
    objectives, weights = np.zeros(len(losses)), np.zeros(np.shape(losses))
    for k, column in enumerate(np.transpose(losses)):
        factor = 1.0 if classification[k] else 0.5

        def slope(s, number, column=column, factor=factor):
            variance = np.exp(s)
            regularizer = variance / (1 + variance) if nonnegative else 0.5
            return -factor * column[number] / variance + regularizer

        path = adam(0.0, slope, rate)
        s = next(path)
        for number, loss in enumerate(column):
            variance = np.exp(s)
            weights[number, k] = factor / variance
            term = np.log(1 + variance) if nonnegative else np.log(np.sqrt(variance))
            objectives[number] += factor * loss / variance + term
            s = path.send(number)
    return objectives, weights


def imtl_l(losses, rate=0.025):
    """IMTL-L: (objective, weights) of each batch [T, K]."""
    objectives, weights = np.zeros(len(losses)), np.zeros(np.shape(losses))
    for k, column in enumerate(np.transpose(losses)):
        path = adam(0.0, lambda s, number, column=column: np.exp(s) * column[number] - 1, rate)
        s = next(path)
        for number, loss in enumerate(column):
            weights[number, k] = np.exp(s)
            objectives[number] += np.exp(s) * loss - s
            s = path.send(number)
    return objectives, weights
