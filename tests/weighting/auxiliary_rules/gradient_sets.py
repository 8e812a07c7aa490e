"""Sets of gradients for the property tests, from harmless to degenerate."""

import numpy as np
from hypothesis import strategies as st

KINDS = ("random", "random", "parallel", "opposite", "nearly opposite")


@st.composite
def gradient_sets(draw, most=4):
    """Gradients [K, 5], K of 2 to `most`: random, parallel, opposite or nearly so, of any length.

    Lengths differ by up to 1e8.
    """
    count = draw(st.integers(2, most))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    gradients = generator.normal(size=(count, 5))
    for row in range(1, count):
        kind = draw(st.sampled_from(KINDS))
        if kind == "parallel":
            gradients[row] = gradients[0]
        elif kind == "opposite":
            gradients[row] = -gradients[0]
        elif kind == "nearly opposite":
            closeness = 10.0 ** -draw(st.integers(1, 5))
            gradients[row] = -gradients[0] + closeness * gradients[row]
    powers = draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))
    return gradients * 10.0 ** np.array(powers)[:, None]


def gram_of(gradients):
    """M [K, K], or [V, K, K] for gradients [K, V, D]."""
    if gradients.ndim == 2:
        return gradients @ gradients.T
    return np.einsum("ivd,jvd->vij", gradients, gradients)


def gain(weights, gram):
    """d . g_m, and a size below which float32 cannot tell it from 0."""
    products = np.asarray(weights, np.float64) * gram[0]
    return products.sum(), 1e-5 * np.abs(products).sum()
