"""How different two splits of a data set are: Jensen-Shannon divergence of classes and depths."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MAX_CHANGED = 5


@dataclass(frozen=True)
class Drift:
    """How training and validation differ.

    Args:
        classes: Divergence of the class shares, 0 (equal) to 1 (no class in common); `None` if
            either split has no labelled pixel.
        depth: The same of the two depth histograms; `None` if either has no depth.
        changed: (class, share in training, share in validation) of the classes that contribute
            most to the divergence, largest first; at most `MAX_CHANGED`.
        only_train, only_val: Classes that occur only in this split.
    """

    classes: float | None
    depth: float | None
    changed: tuple[tuple[str, float, float], ...] = ()
    only_train: tuple[str, ...] = ()
    only_val: tuple[str, ...] = ()


def divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The contribution of each bin to the Jensen-Shannon divergence of two distributions.

    `D = sum_i (p_i log2(p_i / m_i) + q_i log2(q_i / m_i)) / 2` with `m = (p + q) / 2`: 0 for equal
    distributions, 1 for distributions without a bin in common. No term is negative.

    Args:
        p, q: [N], counts or shares, not negative, the sum of each positive.

    Returns:
        float64 [N], the terms; their sum is the divergence.

    Reference:
        Lin, Divergence Measures Based on the Shannon Entropy, IEEE Trans. Information Theory, 1991.
    """
    p, q = p / np.sum(p), q / np.sum(q)
    middle = (p + q) / 2
    terms = np.zeros(len(middle))
    for part in (p, q):
        held = part > 0
        terms[held] += part[held] * np.log2(part[held] / middle[held]) / 2
    return np.maximum(terms, 0.0)  # rounding can make them slightly negative


def drift(
    names: Sequence[str],
    pixels: tuple[np.ndarray, np.ndarray],
    histograms: tuple[np.ndarray, np.ndarray],
) -> Drift:
    """Compares training with validation.

    Args:
        names: The K classes.
        pixels: [K] of training and of validation, the pixels of each class.
        histograms: [N] of training and of validation, pixels with a depth in the same bins.
    """
    depth = None
    if all(histogram.sum() for histogram in histograms):
        depth = min(float(divergence(*histograms).sum()), 1.0)
    train, val = pixels
    if not train.sum() or not val.sum():
        return Drift(None, depth)
    terms = divergence(train, val)
    shares = train / train.sum(), val / val.sum()
    most = [c for c in np.argsort(-terms, kind="stable")[:MAX_CHANGED] if terms[c] > 0]
    return Drift(
        min(float(terms.sum()), 1.0),
        depth,
        tuple((names[c], float(shares[0][c]), float(shares[1][c])) for c in most),
        tuple(name for name, a, b in zip(names, train, val, strict=True) if a and not b),
        tuple(name for name, a, b in zip(names, train, val, strict=True) if b and not a),
    )
