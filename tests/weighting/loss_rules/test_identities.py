"""Many rules are one: the weights are in proportion to 1 / L, so that every w_k L_k is the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import auxnet_keras as ak
from tests.weighting.loss_rules.playing import play
from tests.weighting.player import attached, random_losses, step

AT_ONCE = {
    "UncertaintyOptimal": {},
    "ScaleInvariantLoss": {},
    "GeometricLoss": {},
    "FAMO": {},  # z is uniform as long as nothing has looked at it
    "SmoothTchebycheff": {"mu": 1e6},  # and in its warm-up for any mu
    "FirstLossWeights": {},
}

LOSSES = st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3)


@pytest.mark.parametrize("name", AT_ONCE)
@given(losses=LOSSES)
@settings(max_examples=10, deadline=None)
def test_every_weighted_loss_is_the_same(name, losses):
    weights = step(attached(getattr(ak.weighting, name)(**AT_ONCE[name]), 3), losses)
    products = weights * losses
    np.testing.assert_allclose(products, products[0], rtol=1e-4)


def test_that_is_also_where_learned_scales_settle():
    losses = np.tile([0.6, 1.5], (80, 1))
    for make, product in (
        (lambda: ak.weighting.UncertaintyWeighting(learning_rate=0.1), 0.5),
        (lambda: ak.weighting.UncertaintyWeighting([], learning_rate=0.1), 0.5),
        (lambda: ak.weighting.IMTLL(0.1), 1.0),
    ):
        weights = play(make(), losses)[1][-1]
        np.testing.assert_allclose(weights * losses[-1], product, rtol=0.02)


def test_the_variant_settles_at_less_for_a_small_loss():
    losses = np.tile([0.6, 1.5], (80, 1))
    weighting = ak.weighting.UncertaintyWeighting([], nonnegative=True, learning_rate=0.1)
    products = play(weighting, losses)[1][-1] * losses[-1]
    # L / 2 = v^2 / (1 + v) has a positive root v, and w L = v / (1 + v).
    half = losses[-1] / 2
    variances = (half + np.sqrt(half**2 + 4 * half)) / 2
    np.testing.assert_allclose(products, variances / (1 + variances), rtol=0.02)


def test_twb_as_a_product_is_the_geometric_mean_for_two_tasks():
    losses = random_losses(5, 2)
    product = play(ak.weighting.TaskWeightBalancing(mode="product"), losses)[1]
    geometric = play(ak.weighting.GeometricLoss(), losses)[1]
    ratios = product / geometric
    np.testing.assert_allclose(ratios[:, 0], ratios[:, 1], rtol=1e-5)


def test_tchebycheff_with_mu_1_is_constant_weights():
    losses = random_losses(12, 3)
    epochs = np.repeat([0, 1], 6)
    _, weights = play(ak.weighting.SmoothTchebycheff(mu=1.0, warm_up=1), losses, epochs)
    shares = weights / weights.sum(axis=1, keepdims=True)
    inverse = 1 / losses[:6].mean(axis=0)
    np.testing.assert_allclose(shares[6:], np.tile(inverse / inverse.sum(), (6, 1)), rtol=1e-5)


def test_imtl_l_is_twice_uncertainty_without_a_classification():
    # s of one is -s of the other, and the derivative is twice as long, which Adam does not see.
    losses = random_losses(20, 2)
    uncertainty = play(ak.weighting.UncertaintyWeighting([]), losses)[1]
    imtl = play(ak.weighting.IMTLL(), losses)[1]
    np.testing.assert_allclose(imtl, 2 * uncertainty, rtol=1e-4)
