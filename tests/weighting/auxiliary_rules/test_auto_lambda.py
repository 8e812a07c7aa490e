"""Auto-Lambda: the weights against a numerical derivative of the inner problem, and in training."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.learned_weights import autolambda
from tests.weighting.contracts import VariantContract
from tests.weighting.player import attached, state_of, step


class TestAutoLambda(VariantContract):
    def make(self):
        return ak.weighting.AutoLambda()


def problem(count):
    """theta, gradients [K, D] on training samples, the main loss on held-out ones, its gradient."""
    generator = np.random.default_rng(count)
    theta, gradients = generator.normal(size=5), generator.normal(size=(count, 5))
    shape = generator.normal(size=(5, 5))
    shape = shape @ shape.T

    def loss(at):
        return 0.5 * at @ shape @ at

    return theta, gradients, loss, lambda at: shape @ at


@pytest.mark.parametrize("count", [2, 3])
def test_equal_to_a_numerical_derivative_of_the_inner_problem(count):
    theta, gradients, loss, gradient = problem(count)
    expected = autolambda(theta, gradients, loss, rate=0.1, meta_rate=0.05, start=0.1, steps=8)
    rule = attached(ak.weighting.AutoLambda(0.05), count)
    for row in expected:
        weights = np.array(list(rule.weights.values()))
        ahead = gradients @ gradient(theta - 0.1 * weights @ gradients)
        gram = np.concatenate([gradients @ gradients.T, ahead[:, None]], axis=1)
        np.testing.assert_allclose(step(rule, [1.0] * count, gram), row, atol=2e-5)


def test_by_hand():
    # Adam's first step is the learning rate, whatever the length: up for a task that helps.
    gram = [[1, 0, 3.0], [0, 1, -0.2]]
    weights = step(attached(ak.weighting.AutoLambda(0.01)), [1, 1], gram)
    np.testing.assert_allclose(weights, [0.11, 0.09], rtol=1e-5)


@pytest.mark.parametrize(("clamp", "last"), [(False, -0.2), (True, 0.0)])
def test_a_clamped_weight_stops_at_zero(clamp, last):
    rule = attached(ak.weighting.AutoLambda(0.1, clamp=clamp))
    for _ in range(3):
        weights = step(rule, [1, 1], [[1, 0, 1.0], [0, 1, -1.0]])
    np.testing.assert_allclose(weights, [0.4, last], atol=1e-5)


def test_held_out_samples_without_main_labels_leave_no_trace():
    rule = attached(ak.weighting.AutoLambda())
    step(rule, [1, 1], [[1, 0, 1.0], [0, 1, -1.0]])
    before = state_of(rule)
    step(rule, [1, 1], [[1, 0, 0.0], [0, 1, 0.0]])
    for a, b in zip(before, state_of(rule), strict=True):
        np.testing.assert_array_equal(a, b)


def test_where_a_task_is_absent_the_other_keeps_its_learned_weight():
    rule = attached(ak.weighting.AutoLambda())
    weights = step(rule, [1, None], [[1, 0, 1.0], [0, 0, 0.0]])
    np.testing.assert_allclose(weights, [0.1, 0.0])


@pytest.mark.parametrize("name", ["learning_rate", "start", "held_out"])
def test_bad_arguments(name):
    with pytest.raises(ak.errors.ConfigError, match=rf"{name} must be .*Received: 0.0"):
        ak.weighting.AutoLambda(**{name: 0.0})
    with pytest.raises(ak.errors.ConfigError, match="held_out"):
        ak.weighting.AutoLambda(held_out=1.0)
