"""UW-O, UW-SO, the sum of logarithms and the geometric mean: rules without a memory."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles import inverse_losses
from tests.weighting.loss_rules.playing import play
from tests.weighting.player import attached, random_losses, step

RULES = {
    "UncertaintyOptimal": ({}, inverse_losses.uncertainty_optimal),
    "ScaleInvariantLoss": ({}, inverse_losses.scale_invariant),
    "GeometricLoss": ({}, inverse_losses.geometric),
    "SoftUncertainty": (
        {"temperature": 0.7, "largest": 2.0},
        lambda losses: inverse_losses.soft_uncertainty(losses, 0.7, 2.0),
    ),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("count", [2, 3])
def test_oracle(name, count):
    arguments, oracle = RULES[name]
    losses = random_losses(10, count)
    objectives, weights = play(getattr(ak.weighting, name)(**arguments), losses)
    expected = [oracle(row) for row in losses]
    np.testing.assert_allclose(weights, [w for _, w in expected], rtol=1e-5)
    np.testing.assert_allclose(objectives, [value for value, _ in expected], rtol=1e-5, atol=1e-5)


def test_by_hand():
    # Losses 4 and 1: the geometric mean is 2, its derivatives sqrt(1/4)/2 and sqrt(4)/2.
    assert play(ak.weighting.GeometricLoss(), [[4.0, 1.0]])[0][0] == pytest.approx(2.0)
    assert play(ak.weighting.GeometricLoss(), [[4.0, 1.0]])[1][0] == pytest.approx([0.25, 1.0])
    # softmax(1/4, 1) = (1, e^0.75) / (1 + e^0.75)
    found = play(ak.weighting.SoftUncertainty(), [[4.0, 1.0]])[1][0]
    assert found == pytest.approx([0.32082, 0.67918], rel=1e-4)


def test_the_bound_keeps_the_best_task_from_taking_all():
    _, weights = play(ak.weighting.SoftUncertainty(2.0, largest=4.0), [[1e-9, 1e9]])
    assert weights[0, 0] / weights[0, 1] == pytest.approx(np.exp(4.0 / 2.0), rel=1e-5)


def test_the_product_of_many_small_or_large_losses_does_not_overflow():
    for loss in (1e-25, 1e25):
        objectives, weights = play(ak.weighting.GeometricLoss(), [[loss] * 3])
        assert objectives[0] == pytest.approx(loss, rel=1e-4)
        np.testing.assert_allclose(weights, 1 / 3, rtol=1e-5)


@pytest.mark.parametrize("name", RULES)
def test_a_loss_of_zero_trains_with_the_weights_before(name):
    weighting = attached(getattr(ak.weighting, name)())
    before = step(weighting, [2.0, 0.5])
    np.testing.assert_array_equal(step(weighting, [0.0, 0.5]), before)


@pytest.mark.parametrize("argument", ["temperature", "largest"])
@pytest.mark.parametrize("wrong", [0, -1.0, float("inf"), float("nan"), "1", True, None])
def test_bad_arguments(argument, wrong):
    with pytest.raises(ak.errors.ConfigError, match=f"{argument} must be a finite number above 0"):
        ak.weighting.SoftUncertainty(**{argument: wrong})
