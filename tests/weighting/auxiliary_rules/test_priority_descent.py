"""PCD: its direction against a search of all active sets, and the guard that it needs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import auxnet_keras as ak
from tests.oracles.auxiliary_rules import priority_descent
from tests.weighting.auxiliary_rules.gradient_sets import gain, gradient_sets, gram_of
from tests.weighting.auxiliary_rules.opposed_tasks import main_loss_falls, sum_raises_main_loss
from tests.weighting.player import attached, step


def weights_for(gradients, **arguments):
    rule = attached(ak.weighting.PriorityDescent(**arguments), len(gradients))
    return step(rule, [1.0] * len(gradients), gram_of(np.asarray(gradients, float)))


def test_by_hand():
    # Unit gradients with cosine 0: mu = 0.5, d = g_m + 0.5 g_a of length sqrt(1.25).
    found = weights_for([[1, 0], [0, 1]], share=0.5)
    np.testing.assert_allclose(found, np.array([1, 0.5]) / np.sqrt(1.25), rtol=1e-5)
    # The main gradient alone gives the auxiliary task 0.8 of its own step: more than its share.
    np.testing.assert_allclose(weights_for([[1, 0], [0.8, 0.6]], share=0.5), [1, 0], atol=1e-6)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_equal_to_the_oracle(count):
    generator = np.random.default_rng(count)
    compared = 0
    for _ in range(12):
        gradients = generator.normal(size=(count, 6)) * generator.uniform(0.2, 5, (count, 1))
        expected = priority_descent(gradients, 0.1)
        if expected @ gradients[0] < 0.05 * (gradients[0] @ gradients[0]):
            continue
        found = weights_for(gradients, share=0.1) @ gradients
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-4)
        compared += 1
    assert compared > 6


def test_constraints_hold_where_auxiliary_gradients_are_nearly_dependent():
    generator = np.random.default_rng(2)
    bent = 0
    for _ in range(20):
        gradients = generator.normal(size=(3, 6))
        gradients[2] = -gradients[1] + 0.1 * generator.normal(size=6)
        gradients /= np.linalg.norm(gradients, axis=1, keepdims=True)
        expected = priority_descent(gradients, 0.1)
        weights = weights_for(gradients, share=0.1)
        if expected @ gradients[0] > 1e-2:
            np.testing.assert_allclose(weights @ gradients, expected, atol=2e-3)
            bent += (weights[1:] > 0).any()
    assert bent > 5


def test_the_scale_is_a_corrected_moving_average():
    generator = np.random.default_rng(5)
    rule = attached(ak.weighting.PriorityDescent(share=0.3, average=0.9))
    average = np.zeros(2)
    for number in range(1, 9):
        gradients = np.abs(generator.normal(size=(2, 6))) * [[1], [number]]
        gradients[1, :3] *= -0.3
        average = 0.9 * average + 0.1 * (gradients**2).sum(axis=1)
        expected = priority_descent(gradients, 0.3, average / (1 - 0.9**number))
        found = step(rule, [1, 1], gram_of(gradients)) @ gradients
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_the_published_rule_climbs_where_gradients_oppose():
    main = np.array([1.0, 0.0])
    for angle in (1.0, 0.999):
        opposed = np.array([-angle, np.sqrt(1 - angle**2)])
        assert priority_descent([main, opposed], 0.02) @ main < 0
        np.testing.assert_allclose(weights_for([main, opposed]), [1, 0])


def test_constraints_that_contradict_each_other_leave_the_main_task():
    found = weights_for([[1, 0.1], [0, 1], [0, -1]])
    np.testing.assert_allclose(found, [1, 0, 0])


@settings(max_examples=30, deadline=None)
@given(gradients=gradient_sets(most=3), share=st.sampled_from([0.0, 0.02, 0.5]))
def test_main_loss_falls(gradients, share):
    gram = gram_of(gradients)
    rule = attached(ak.weighting.PriorityDescent(share=share), len(gradients))
    for scale in (1.0, 1e3):  # also where the lengths are not those of the average
        scales = np.array([1.0, scale, 1.0])[: len(gradients)]
        scaled = gram * scales * scales[:, None]
        assert gain(step(rule, [1.0] * len(gradients), scaled), scaled)[0] > 0


def test_a_step_lowers_the_main_loss_where_the_sum_raises_it():
    assert sum_raises_main_loss()
    assert main_loss_falls(ak.weighting.PriorityDescent())


@pytest.mark.parametrize("name", ["share", "average"])
def test_bad_arguments(name):
    with pytest.raises(ak.errors.ConfigError, match=rf"{name} must be in.*Received: 1.0"):
        ak.weighting.PriorityDescent(**{name: 1.0})
