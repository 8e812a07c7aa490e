"""The min-norm point and Pareto MTL's weights in plain float64 NumPy, written from the papers."""

import itertools
from collections.abc import Sequence

import numpy as np


def on_grid(gram: np.ndarray, steps: int) -> float:
    """Smallest w^T M w over all w whose entries are multiples of 1/steps: an upper bound."""
    count = len(gram)
    best = np.inf
    for bars in itertools.combinations(range(steps + count - 1), count - 1):
        cuts = np.array([-1, *bars, steps + count - 1])
        weights = (np.diff(cuts) - 1) / steps
        best = min(best, weights @ gram @ weights)
    return float(best)


def exact(gram: np.ndarray) -> np.ndarray:
    """The minimiser over the simplex, from the stationary point of every set of vectors.

    On a set S the stationary point of w^T M w with sum 1 solves [2 M_SS, 1; 1^T, 0] [w; nu] =
    [0; 1]. The minimiser is the best of those without a negative weight.
    """
    gram = gram / np.abs(gram).max()
    best, found = np.inf, None
    for size in range(1, len(gram) + 1):
        for chosen in itertools.combinations(range(len(gram)), size):
            system = np.ones((size + 1, size + 1))
            system[:size, :size] = 2 * gram[np.ix_(chosen, chosen)]
            system[size, size] = 0.0
            right = np.zeros(size + 1)
            right[size] = 1.0
            part = np.linalg.lstsq(system, right, rcond=None)[0][:size]
            if part.min() < -1e-9 or abs(part.sum() - 1) > 1e-6:
                continue
            weights = np.zeros(len(gram))
            weights[list(chosen)] = part
            length = weights @ gram @ weights
            if length < best - 1e-12:
                best, found = length, weights
    return found


def pareto_weights(
    gram: np.ndarray,
    losses: Sequence[float],
    preference: Sequence[float],
    references: Sequence[Sequence[float]],
    phase: int,
) -> tuple[np.ndarray, bool]:
    """Lin et al. 2019, section 4, two tasks; phase 2 scaled to sum |w| = 2.

    Returns:
        The tasks' weights [2], and whether a constraint is active (phase 1 is over without one).
    """
    unit = np.asarray(preference, float) / np.linalg.norm(preference)
    broken = []
    for reference in references:
        direction = np.asarray(reference, float) / np.linalg.norm(reference) - unit
        if np.linalg.norm(direction) > 1e-3 and direction @ (losses / np.linalg.norm(losses)) > 0:
            broken.append(direction)
    if phase == 1:
        if not broken:
            return np.zeros(2), False
        vectors = np.array(broken)
        return exact(vectors @ gram @ vectors.T) @ vectors, True
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], *broken])
    weights = exact(vectors @ gram @ vectors.T) @ vectors
    return 2 * weights / np.abs(weights).sum(), bool(broken)
