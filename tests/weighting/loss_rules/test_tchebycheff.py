"""STCH: its warm-up, and the smooth maximum after it."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles import inverse_losses, tchebycheff
from tests.weighting.loss_rules.playing import play
from tests.weighting.player import random_losses


@pytest.mark.parametrize("mu", [0.1, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("count", [2, 3])
def test_oracle(mu, count):
    losses = random_losses(12, count)
    epochs = np.repeat([0, 1, 2], [2, 4, 6])
    objectives, weights = play(ak.weighting.SmoothTchebycheff(mu, warm_up=2), losses, epochs)
    reference = losses[2:6].mean(axis=0)  # of the last epoch of the warm-up
    for row, value, found in zip(losses[:6], objectives[:6], weights[:6], strict=True):
        wanted = inverse_losses.scale_invariant(row)
        assert value == pytest.approx(wanted[0], rel=1e-4, abs=1e-5)
        np.testing.assert_allclose(found, wanted[1], rtol=1e-5)
    for row, value, found in zip(losses[6:], objectives[6:], weights[6:], strict=True):
        assert value == pytest.approx(tchebycheff.objective(row, reference, mu), rel=1e-4, abs=1e-5)
        wanted = tchebycheff.weights(row, reference, mu)
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_by_hand():
    # z = (2, 4), then the losses (2, 1): ratios 1 and 1/4, squared 1 and 1/16, shares 16/17, 1/17.
    made = ak.weighting.SmoothTchebycheff(mu=0.5, warm_up=1)
    _, weights = play(made, [[2.0, 4.0], [2.0, 1.0]], epochs=[0, 1])
    assert weights[1] == pytest.approx([2 * 16 / 17 / 2, 2 * 1 / 17 / 1], rel=1e-5)


def test_a_small_mu_trains_the_task_that_is_furthest_behind():
    made = ak.weighting.SmoothTchebycheff(mu=0.01, warm_up=1)
    _, weights = play(made, [[2.0, 4.0], [2.0, 3.0]], epochs=[0, 1])
    assert weights[1, 1] < 1e-6 < weights[1, 0]


def test_a_warm_up_without_a_batch_goes_on():
    # The run was started at an epoch after the warm-up: there is no z.
    _, weights = play(ak.weighting.SmoothTchebycheff(), [[2.0, 4.0]], epochs=[9])
    assert weights[0] == pytest.approx([0.5, 0.25])


@pytest.mark.parametrize("wrong", [0, -1.0, float("inf"), "1"])
def test_bad_mu(wrong):
    with pytest.raises(ak.errors.ConfigError, match="mu must be a finite number above 0"):
        ak.weighting.SmoothTchebycheff(wrong)


@pytest.mark.parametrize("wrong", [0, 1.5])
def test_bad_warm_up(wrong):
    with pytest.raises(ak.errors.ConfigError, match="warm_up must be an integer, 1 or more"):
        ak.weighting.SmoothTchebycheff(warm_up=wrong)
