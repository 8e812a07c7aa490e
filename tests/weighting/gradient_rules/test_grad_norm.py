"""GradNorm: the sign form against a numerical derivative of the paper's objective."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.learned_weights import gradnorm
from tests.weighting.player import attached, random_losses, state_of, step


def played(rule, norms, losses):
    rule = attached(rule, len(norms[0]))
    return np.array(
        [step(rule, row, np.diag(np.square(n))) for row, n in zip(losses, norms, strict=True)]
    )


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("alpha", [0.0, 0.12, 1.5])
def test_equal_to_the_derivative_of_the_papers_objective(count, alpha):
    losses = random_losses(25, count)
    norms = np.random.default_rng(3).uniform(0.5, 3, (25, count))
    found = played(ak.weighting.GradNorm(alpha), norms, losses)
    np.testing.assert_allclose(found, gradnorm(norms, losses, alpha, 0.025), rtol=1e-3)
    np.testing.assert_allclose(found.sum(axis=1), count, rtol=1e-6)


def test_without_alpha_all_lengths_become_equal():
    norms = np.tile([1.0, 4.0, 0.5], (150, 1))
    found = played(ak.weighting.GradNorm(0.0), norms, np.ones((150, 3)))
    lengths = found[-1] * norms[-1]
    np.testing.assert_allclose(lengths, lengths.mean(), rtol=0.1)


def test_a_task_that_learns_slowly_gets_the_longer_gradient():
    losses = np.stack([np.ones(150), np.full(150, 0.5)], axis=1)
    losses[0] = 1.0  # the second task has halved its loss since
    lengths = played(ak.weighting.GradNorm(1.0), np.ones((150, 2)), losses)[-1]
    np.testing.assert_allclose(lengths, [4 / 3, 2 / 3], rtol=0.08)  # r = (1, 0.5) / 0.75


def test_first_losses_are_those_of_the_first_usable_batch():
    late, early = (attached(ak.weighting.GradNorm()) for _ in range(2))
    step(late, [3.0, None])
    step(late, [0.0, 3.0])
    for losses in ([2.0, 5.0], [1.0, 4.0]):
        np.testing.assert_array_equal(step(late, losses), step(early, losses))


def test_a_weight_stays_positive():
    norms = np.tile([1.0, 1e8], (80, 1))
    found = played(ak.weighting.GradNorm(learning_rate=0.2), norms, np.ones((80, 2)))
    assert (found > 0).all()
    assert found[-1, 1] < 0.01


def test_an_absent_task_leaves_no_trace_in_weights_at_the_floor():
    rule = attached(ak.weighting.GradNorm(learning_rate=0.2), 3)
    for _ in range(80):
        step(rule, [1.0, 1.0, 1.0], np.diag([1.0, 1e16, 1.0]))
    before = state_of(rule)
    step(rule, [1.0, None, 1.0], np.diag([1.0, 0.0, 1.0]))
    for a, b in zip(before, state_of(rule), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("name", "bad"), [("alpha", -0.1), ("learning_rate", 0.0)])
def test_bad_arguments(name, bad):
    with pytest.raises(ak.errors.ConfigError, match=rf"{name} must be .*Received: {bad}"):
        ak.weighting.GradNorm(**{name: bad})


def test_gradients_are_compared_at_the_last_shared_layer():
    assert ak.weighting.GradNorm().parameters == "last"
