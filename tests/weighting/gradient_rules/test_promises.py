"""What rules of gradients promise: order, scale, conflicts, and where they coincide."""

import functools

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.weighting.gradient_rules import cagrad, gradvac, pcgrad
from auxnet_keras.weighting.gradient_rules.solvers.fair import LONGEST, fair
from tests.oracles.gradient_rules import upgrad
from tests.oracles.min_norm import exact
from tests.weighting.gradient_rules.solved import (
    ALPHA,
    ANY,
    TWO,
    deviation,
    reversed_orders,
    some_gradients,
    weights,
)

ORDERED = {"pcgrad", "gradvac"}
"""The order in which gradients meet matters."""

DEGREES = {"nash": -1.0, "fairgrad": -2 * ALPHA / (1 + ALPHA)}
"""Gradients that are s times as long have weights that are s ** degree times as large; 0 else."""

LENGTHS_DO_NOT_MATTER = ("imtl-g", "config", "nash")

NO_LOSS_RISES = ("mgda", "upgrad", "config", "nash", "fairgrad")
NO_LOSS_OF_TWO_RISES = (*NO_LOSS_RISES, "pcgrad", "imtl-g")


def rates(gram, found):
    """cos(d, g_i): how fast each loss falls along d."""
    length = np.sqrt(np.maximum(found @ gram @ found, 1e-300))
    return gram @ found / np.sqrt(np.diag(gram)) / length


@pytest.mark.parametrize("name", sorted(set(ANY) - ORDERED))
def test_the_order_of_the_tasks_does_not_matter(name):
    order = [2, 0, 1]
    for seed in range(4):
        gradients = some_gradients(3, seed)
        gram = gradients @ gradients.T
        one, other = (weights(ANY[name], each) for each in (gram, gram[np.ix_(order, order)]))
        if np.isfinite(one).all():
            assert deviation(other, one[order]) < 1e-4


@pytest.mark.parametrize("scale", [1e-7, 1e7])
@pytest.mark.parametrize("name", ANY)
def test_longer_gradients_have_the_same_direction(name, scale):
    gradients = some_gradients(3, 3)
    gram = gradients @ gradients.T
    expected = scale ** DEGREES.get(name, 0.0) * weights(ANY[name], gram)
    np.testing.assert_allclose(weights(ANY[name], scale**2 * gram), expected, rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize("name", LENGTHS_DO_NOT_MATTER)
def test_one_longer_gradient_does_not_turn_the_direction(name):
    for seed in range(4):
        gradients = some_gradients(3, seed, spread=0.0)
        scales = np.array([1e4, 1.0, 1e-4])
        one, other = (
            weights(ANY[name], each @ each.T) * factor
            for each, factor in ((gradients, 1.0), (gradients * scales[:, None], scales))
        )
        if np.isfinite(one + other).all():
            directions = [each @ gradients for each in (one, other)]
            unit, longer = (each / np.linalg.norm(each) for each in directions)
            np.testing.assert_allclose(longer, unit, atol=1e-4)


@pytest.mark.parametrize("name", NO_LOSS_RISES)
def test_no_loss_of_three_rises(name):
    for seed in range(12):
        gradients = some_gradients(3, seed)
        gram = gradients @ gradients.T
        assert rates(gram, weights(ANY[name], gram)).min() > -1e-4


@pytest.mark.parametrize("closeness", [1e-1, 1e-2, 1e-3])
@pytest.mark.parametrize("name", ["upgrad", "nash", "fairgrad"])
def test_no_loss_of_three_rises_where_two_are_nearly_opposite(name, closeness):
    for seed in range(12):
        gradients = some_gradients(3, seed)
        gradients[1] = -gradients[0] + closeness * gradients[1]
        gram = gradients @ gradients.T
        found, lengths = weights(ANY[name], gram), np.sqrt(np.diag(gram))
        assert (gram @ found / lengths).min() > -2e-6 * (np.abs(found) @ lengths)


def test_the_projections_of_dependent_gradients():
    for seed in range(12):
        gradients = some_gradients(3, seed)
        gradients[2] = gradients[1] - 0.5 * gradients[0]
        expected = upgrad(gradients)
        if np.linalg.norm(expected) > 1e-3:
            found = weights(ANY["upgrad"], gradients @ gradients.T) @ gradients
            assert deviation(found, expected) < 1e-3


@pytest.mark.parametrize("alpha", [0.05, 0.1, 10.0])
def test_fairgrad_far_from_1_fails_openly(alpha):
    given = ak.weighting.FairGrad(alpha)
    given.tasks = ("one", "two", "three")
    solved = 0
    for seed in range(12):
        gradients = some_gradients(3, seed, spread=0.0) * np.array([[1e-2], [1.0], [1e2]])
        gram = gradients @ gradients.T
        found = weights(_rule_of(given), gram)
        if np.isfinite(found).all():
            solved += 1
            assert rates(gram, found).min() > -1e-3
    assert solved > 8


@functools.cache
def _rule_of(weighting):
    return lambda gram: weighting.rule(gram, None)


@pytest.mark.parametrize("ratio", [1.0, 1e4, 1e8])
@pytest.mark.parametrize("name", NO_LOSS_OF_TWO_RISES)
def test_no_loss_of_two_rises_whatever_the_ratio_of_lengths(name, ratio):
    for cosine in (-0.99, -0.5, 0.0, 0.5):
        gram = np.array([[1.0, cosine * ratio], [cosine * ratio, ratio**2]])
        found = weights(TWO.get(name, ANY[name]), gram)
        assert rates(gram, found).min() > -1e-5


@pytest.mark.parametrize("name", ["upgrad", "nash", "config"])
def test_three_lengths_in_ratios_of_1e8(name):
    scales = np.array([1e-4, 1.0, 1e4])
    for seed in range(6):
        gradients = some_gradients(3, seed, spread=0.0) * scales[:, None]
        gram = gradients @ gradients.T
        assert rates(gram, weights(ANY[name], gram)).min() > -1e-4


def test_aligned_mtl_does_not_promise_it():
    gram = np.array([[1.0, -9.0], [-9.0, 100.0]])
    assert rates(gram, weights(TWO["aligned"], gram))[0] < -0.1


def test_without_a_conflict_nothing_changes():
    gram = np.array([[4.0, 1.0, 0.0], [1.0, 1.0, 0.5], [0.0, 0.5, 9.0]])
    np.testing.assert_array_equal(weights(ANY["pcgrad"], gram), np.ones(3))
    np.testing.assert_allclose(weights(ANY["upgrad"], gram), np.ones(3) / 3, rtol=1e-6)


@pytest.mark.parametrize("cosine", [-0.9, -0.3, 0.0, 0.8])
def test_the_bisector_and_its_lengths(cosine):
    n, m = 3.0, 0.2
    gram = np.array([[n * n, cosine * n * m], [cosine * n * m, m * m]])
    expected = {
        "imtl-g": np.array([m, n]) / (n + m),
        "nash": 1 / (np.array([n, m]) * np.sqrt(1 + cosine)),
        "config": (n + m) / (2 * np.array([n, m])),
    }
    for name, wanted in expected.items():
        np.testing.assert_allclose(weights(TWO[name], gram), wanted, rtol=1e-5)
        np.testing.assert_allclose(weights(ANY[name], gram), wanted, rtol=1e-5)


def test_pcgrad_is_twice_upgrad_and_gradvac_without_a_target():
    for seed in range(6):
        gradients = some_gradients(2, seed)
        gram = gradients @ gradients.T
        pc = weights(TWO["pcgrad"], gram)
        np.testing.assert_allclose(2 * weights(ANY["upgrad"], gram), pc, rtol=1e-5)
    gradients = some_gradients(3, 1)
    gram = (gradients @ gradients.T).astype(np.float32)
    orders = np.array(reversed_orders(3))
    vaccinated, _ = gradvac.vaccinated(gram, np.zeros((3, 3), np.float32), orders)
    np.testing.assert_allclose(vaccinated, pcgrad.any_tasks(gram, orders), rtol=1e-5)


def test_cagrad_lies_between_the_mean_and_mgda():
    gradients = some_gradients(3, 8)
    gram = gradients @ gradients.T
    far = weights(lambda each: cagrad.conflict_averse(each, 1e4), gram)
    np.testing.assert_allclose(far / far.sum(), exact(gram), atol=1e-3)
    near = weights(lambda each: cagrad.conflict_averse(each, 1e-4), gram)
    np.testing.assert_allclose(near, np.ones(3) / 3, atol=1e-3)


def test_fairgrad_lies_between_the_sum_and_mgda():
    gram = np.array([[1.0, 0.2, 0.0], [0.2, 2.0, -0.4], [0.0, -0.4, 1.5]])
    equal = weights(lambda each: fair(each, 0.01), gram)
    np.testing.assert_allclose(equal, np.ones(3), atol=0.02)
    least = weights(lambda each: fair(each, 10.0), gram)
    np.testing.assert_allclose(least / least.sum(), exact(gram), atol=0.05)


@pytest.mark.parametrize(
    ("name", "alpha"), [("nash", 1.0), ("fairgrad", ALPHA)], ids=["nash", "fairgrad"]
)
def test_the_fair_weights_solve_their_equation(name, alpha):
    for seed in range(6):
        gradients = some_gradients(4, seed)
        gram = gradients @ gradients.T
        found = weights(ANY[name], gram)
        np.testing.assert_allclose(found ** (1 / alpha) * (gram @ found), np.ones(4), atol=1e-4)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 5.0])
def test_the_fair_weights_of_lengths_in_a_ratio_of_1e4(alpha):
    for seed in range(4):
        gradients = some_gradients(3, seed, spread=0.0) * np.array([[1e-2], [1.0], [1e2]])
        gram = gradients @ gradients.T
        found = weights(_fair(alpha), gram)
        missing = gram @ found - found ** (-1 / alpha)
        assert (np.abs(missing) / (np.abs(gram) @ found)).max() < 1e-5


@functools.cache
def _fair(alpha):
    return lambda gram: fair(gram, alpha)


@pytest.mark.parametrize("solve", [TWO["nash"], ANY["nash"]], ids=["closed form", "general"])
def test_nash_stays_short_where_gradients_cancel(solve):
    for cosine in (-1.0, -1.0 + 1e-6, -0.9999):
        found = weights(solve, [[1.0, cosine], [cosine, 1.0]])
        assert np.isfinite(found).all()
        assert found.max() <= LONGEST * (1 + 1e-6)
        assert found[0] == pytest.approx(found[1], rel=1e-3)


@pytest.mark.parametrize("paths", [TWO, ANY], ids=["closed form", "general"])
def test_parallel_gradients(paths):
    gram = np.array([[1.0, 2.0], [2.0, 4.0]])  # g and 2 g
    expected = {
        "mgda": 1.0,
        "pcgrad": 3.0,
        "upgrad": 1.5,
        "cagrad": 1.4 * 1.5,
        "config": 3.0,
        "nash": np.sqrt(2),
    }
    for name, length in expected.items():
        found = weights(paths[name], gram)
        assert found @ [1.0, 2.0] == pytest.approx(length, rel=1e-4), name
    for name in ("imtl-g", "aligned"):
        assert np.isfinite(weights(paths[name], gram)).all(), name
    np.testing.assert_allclose(weights(paths["aligned"], gram), [0.6, 1.2], rtol=1e-4)


@pytest.mark.parametrize("name", sorted(set(TWO) - {"nash"}))
def test_opposite_gradients_cancel(name):
    found = weights(TWO[name], [[1.0, -1.0], [-1.0, 1.0]])
    assert found[0] == pytest.approx(found[1], abs=1e-6)


def test_three_gradients_that_cancel_train_nothing():
    gram = 1.5 * np.eye(3) - 0.5  # at 120 degrees
    for name in ("mgda", "upgrad", "config"):
        found = weights(ANY[name], gram)
        assert found @ gram @ found < 1e-10, name
