"""The shortest vector of a hull: against NumPy, against a published library, and its properties."""

import itertools
import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auxnet_keras.weighting.gradient_rules.min_norm import (
    min_norm,
    min_norm_by_moves,
    min_norm_in_plane,
)
from tests.oracles.min_norm import exact, on_grid

RECORDED = json.loads((Path(__file__).parents[2] / "recorded" / "torchjd.json").read_text())
_compiled = {}


def solve(gram, solver=min_norm):
    """Weights as float64, from one compiled function per solver and size."""
    key = (solver, len(gram))
    if key not in _compiled:
        _compiled[key] = tf.function(solver)
    return np.array(_compiled[key](tf.constant(gram, tf.float32)), np.float64)


def length(gram, weights):
    """|| sum w g ||^2 in units of the longest gradient."""
    return weights @ gram @ weights / np.diag(gram).max()


@st.composite
def grams(draw, fewest=2, most=5):
    """Gram matrices of gradients of different lengths, some of them nearly dependent."""
    count = draw(st.integers(fewest, most))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    gradients = generator.normal(size=(count, draw(st.sampled_from([1, 2, 3, 50]))))
    gradients += draw(st.sampled_from([0.0, 1.0])) * generator.normal(size=gradients.shape[1])
    gradients *= np.exp(draw(st.sampled_from([0.0, 1.0, 2.0])) * generator.normal(size=(count, 1)))
    return (gradients @ gradients.T).astype(np.float32).astype(np.float64)


@example(np.array([[2.42662835, 2.42676115], [2.42676115, 2.42689371]]))  # || g_1 - g_2 || = 0
@given(grams())
@settings(max_examples=150, deadline=None)
def test_it_is_the_shortest(gram):
    weights = solve(gram)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1.0, abs=1e-5)
    assert length(gram, weights) <= length(gram, exact(gram)) + 2e-6


@given(grams())
@settings(max_examples=50, deadline=None)
def test_no_loss_rises_along_it(gram):
    # Stationarity: every gradient has at least the shortest vector's length in its direction.
    weights = solve(gram)
    along = gram @ weights / np.diag(gram).max()
    assert along.min() >= length(gram, weights) - 2e-5


@given(grams(), st.sampled_from([1e-20, 1e-6, 1e6, 1e20]))
@settings(max_examples=30, deadline=None)
def test_scale_cancels(gram, scale):
    # Of nearly dependent gradients several weights are minimisers; their sums are equally short.
    found = length(gram, solve(gram * scale))
    assert found == pytest.approx(length(gram, solve(gram)), abs=2e-6)


@given(grams(3, 3))
@settings(max_examples=30, deadline=None)
def test_order_of_the_tasks_does_not_matter(gram):
    for order in map(list, itertools.permutations(range(3))):
        other = solve(gram[np.ix_(order, order)])
        weights = np.zeros(3)
        weights[order] = other
        assert length(gram, weights) == pytest.approx(length(gram, solve(gram)), abs=2e-6)


@given(grams(2, 2))
@settings(max_examples=50, deadline=None)
def test_closed_form_and_general_path_agree(gram):
    two, general = solve(gram), solve(gram, min_norm_by_moves)
    assert length(gram, two) == pytest.approx(length(gram, general), abs=1e-6)
    if gram[0, 0] + gram[1, 1] - 2 * gram[0, 1] > 1e-3 * np.diag(gram).max():
        np.testing.assert_allclose(two, general, atol=1e-3)


@pytest.mark.parametrize("solver", [min_norm, min_norm_by_moves])
@pytest.mark.parametrize(
    ("gram", "expected"),
    [
        ([[1, 0], [0, 1]], [0.5, 0.5]),
        ([[1, 0], [0, 3]], [0.75, 0.25]),
        ([[1, 2], [2, 8]], [1, 0]),  # the first is the shortest already
        ([[8, 2], [2, 1]], [0, 1]),
        ([[1, -2], [-2, 4]], [2 / 3, 1 / 3]),  # opposed: they cancel
        ([[0, 0], [0, 5]], [1, 0]),  # the first has nothing to gain
        ([[1, 0], [0, 1e12]], [1, 0]),
    ],
)
def test_two_gradients_by_hand(solver, gram, expected):
    np.testing.assert_allclose(solve(np.array(gram), solver), expected, atol=1e-6)


def test_equal_gradients_share_equally():
    np.testing.assert_array_equal(solve(np.full((2, 2), 7.0)), [0.5, 0.5])


def test_the_oracle_is_below_every_point_of_a_grid():
    generator = np.random.default_rng(0)
    for count, steps in ((2, 1000), (3, 100), (4, 30)):
        gradients = generator.normal(size=(count, 5)) + 0.7 * generator.normal(size=5)
        gram = gradients @ gradients.T
        weights = exact(gram)
        least = weights @ gram @ weights
        assert least <= on_grid(gram, steps) + 1e-12
        assert on_grid(gram, steps) - least < 20 / steps**2 * np.diag(gram).max()


@pytest.mark.parametrize("case", RECORDED["cases"], ids=lambda case: f"{len(case['gram'])} tasks")
def test_agrees_with_torchjd(case):
    # Frank-Wolfe with exact line search, as TorchJD's MGDA, is within 2 C / (t + 2) of the minimum
    # after t steps, C = max || g_i - g_j ||^2 (Jaggi, ICML 2013, Theorem 1).
    gram = np.array(case["gram"])
    weights = solve(gram)
    lengths = np.diag(gram)
    curvature = 2 * (lengths[:, None] + lengths[None, :] - 2 * gram).max() / lengths.max()
    for name, setting in RECORDED["settings"].items():
        theirs = length(gram, np.array(case["weights"][name]))
        assert length(gram, weights) <= theirs + 1e-6
        assert theirs - length(gram, weights) <= 2 * curvature / (setting["max_iters"] + 2) + 1e-6
    np.testing.assert_allclose(weights, case["weights"]["tight"], atol=2e-3)


@given(
    grams(2, 2),
    st.integers(0, 2**32 - 1),
    st.lists(st.booleans(), min_size=6, max_size=6).filter(any),
)
@settings(max_examples=40, deadline=None)
def test_combinations_of_two_gradients(gram, seed, active):
    vectors = np.random.default_rng(seed).normal(size=(6, 2))
    mixture = np.array(min_norm_in_plane(tf.constant(gram, tf.float32), vectors, active))
    assert not mixture[~np.array(active)].any()
    assert mixture.min() >= 0
    assert mixture.sum() == pytest.approx(1.0, abs=1e-5)
    chosen = vectors[np.array(active)]
    products = chosen @ gram @ chosen.T
    least = length(products, exact(products))
    assert length(products, mixture[np.array(active)]) <= least + 1e-5


def test_it_compiles():
    gram = np.array([[2.0, -1.0, 0.3], [-1.0, 3.0, 0.1], [0.3, 0.1, 1.0]])
    compiled = tf.function(min_norm, jit_compile=True)(keras.ops.cast(gram, "float32"))
    np.testing.assert_allclose(np.array(compiled), exact(gram), atol=1e-5)
