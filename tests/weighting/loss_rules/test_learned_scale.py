"""Uncertainty weighting and IMTL-L."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles import learned_scales
from tests.weighting.loss_rules.playing import play
from tests.weighting.player import attached, random_losses, state_of, step

REFUSED = [0, -1.0, float("inf"), float("nan"), "1", True]


@pytest.mark.parametrize("classification", [None, [], ["segmentation", "normals"]])
@pytest.mark.parametrize("nonnegative", [False, True])
def test_oracle(classification, nonnegative):
    losses = random_losses(40, 3)
    made = ak.weighting.UncertaintyWeighting(classification, nonnegative=nonnegative)
    objectives, weights = play(made, losses)
    named = ["segmentation"] if classification is None else classification
    kinds = [task in named for task in ("segmentation", "depth", "normals")]
    expected = learned_scales.uncertainty(losses, kinds, nonnegative=nonnegative)
    np.testing.assert_allclose(objectives, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights, expected[1], rtol=1e-4)


def test_oracle_of_imtl_l():
    losses = random_losses(40, 3)
    objectives, weights = play(ak.weighting.IMTLL(learning_rate=0.1), losses)
    expected = learned_scales.imtl_l(losses, rate=0.1)
    np.testing.assert_allclose(objectives, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights, expected[1], rtol=1e-4)


def test_by_hand():
    # s = 0: weights 1 (classification) and 1/2, and 1 * 3 + 0.5 * 4 = 5; with log(1 + 1) twice.
    objectives, weights = play(ak.weighting.UncertaintyWeighting(), [[3.0, 4.0], [3.0, 4.0]])
    assert objectives[0] == pytest.approx(5.0)
    assert weights[0] == pytest.approx([1.0, 0.5])
    # Both losses are above their optimum, so Adam's first step takes both s from 0 to 0.025.
    assert weights[1] == pytest.approx(np.exp(-0.025) * weights[0], rel=1e-5)
    made = ak.weighting.UncertaintyWeighting(nonnegative=True)
    assert play(made, [[3.0, 4.0]])[0][0] == pytest.approx(5.0 + 2 * np.log(2.0))


def test_the_total_may_be_negative_but_not_that_of_the_variant():
    losses = np.full((20, 2), 0.01)
    made = ak.weighting.UncertaintyWeighting
    assert play(made(learning_rate=0.2), losses)[0][-1] < -1.0
    assert (play(made(nonnegative=True, learning_rate=0.2), losses)[0] > 0).all()


@pytest.mark.parametrize("name", ["UncertaintyWeighting", "IMTLL"])
def test_an_explosion_does_not_move_it_further_than_a_few_rates(name):
    weighting = attached(getattr(ak.weighting, name)())
    before = step(weighting, [1.0, 1.0])
    step(weighting, [3e37, 3e37])
    after = step(weighting, [1.0, 1.0])
    np.testing.assert_allclose(after, before, rtol=0.2)
    assert all(np.isfinite(value).all() for value in state_of(weighting))


@pytest.mark.parametrize("name", ["UncertaintyWeighting", "IMTLL"])
def test_after_an_explosion_it_goes_on_learning(name):
    losses = np.ones((400, 2))
    losses[20, 0] = 1e6  # of one task alone
    losses[21:] = 4.0
    weights = play(getattr(ak.weighting, name)(*([[]] if name != "IMTLL" else [])), losses)[1][-1]
    settled = 1.0 if name == "IMTLL" else 0.5
    np.testing.assert_allclose(weights * 4.0, settled, rtol=0.05)


@pytest.mark.parametrize("name", ["UncertaintyWeighting", "IMTLL"])
@pytest.mark.parametrize("wrong", REFUSED)
def test_bad_rate(name, wrong):
    with pytest.raises(ak.errors.ConfigError, match="learning_rate must be a finite number above"):
        getattr(ak.weighting, name)(learning_rate=wrong)


def test_unknown_tasks():
    with pytest.raises(ak.errors.ConfigError, match="did you mean 'segmentation'"):
        attached(ak.weighting.UncertaintyWeighting(["segmentatoin"]))
    with pytest.raises(ak.errors.ConfigError, match="must be a list of tasks"):
        ak.weighting.UncertaintyWeighting("segmentation")
