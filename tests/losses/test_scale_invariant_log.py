"""The scale-invariant error: the paper's two forms, images of a batch, and its gradient."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxnet_keras.errors import ConfigError
from auxnet_keras.losses import ScaleInvariantLogLoss
from tests.losses.contracts import DepthLossContract, depths, gradient
from tests.oracles import losses as oracle


class TestScaleInvariantLogLoss(DepthLossContract):
    def make(self):
        return ScaleInvariantLogLoss(floor=0.5)

    def oracle(self, target, prediction):
        return oracle.scale_invariant_log(target, prediction, 0.5, 0.5)


def test_by_hand():
    # d = (log 2, log 4): mean of d^2 is 2.5 log^2 2, m = 1.5 log 2, so L = (2.5 - 1.125) log^2 2.
    target = np.array([[[[3.0], [5.0], [-1.0]]]])
    prediction = np.array([[[[6.0], [20.0], [9.0]]]])
    expected = 1.375 * math.log(2) ** 2
    assert float(ScaleInvariantLogLoss()(target, prediction)) == pytest.approx(expected)
    values, valid = ScaleInvariantLogLoss().per_pixel(target, prediction)
    # (d - m)^2 = log^2 2 / 4 for both, and m^2 / 2 = 1.125 log^2 2.
    np.testing.assert_allclose(
        values[0, 0], np.array([1.375, 1.375, 0]) * math.log(2) ** 2, rtol=1e-5
    )
    np.testing.assert_array_equal(valid[0, 0], [1, 1, 0])


@pytest.mark.parametrize("share", [0.0, 0.85, 1.0])
def test_oracle_with_other_shares(share):
    target, prediction = depths(seed=2)
    loss = ScaleInvariantLogLoss(share, floor=0.1)
    expected = oracle.scale_invariant_log(target, prediction, share, 0.1)
    assert float(loss(target, prediction)) == pytest.approx(expected, rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**16), st.floats(0.1, 10))
def test_a_common_factor_costs_nothing_with_share_1(seed, factor):
    target, prediction = depths(seed, shape=(2, 3, 4))
    loss = ScaleInvariantLogLoss(1.0, floor=1e-3)
    prediction = prediction + 1.0
    expected = pytest.approx(float(loss(target, prediction)), rel=1e-3, abs=1e-4)
    assert float(loss(target, prediction * np.float32(factor))) == expected


def test_every_image_has_its_own_factor():
    target = np.full((2, 1, 2, 1), 4.0, "float32")
    prediction = np.array([2.0, 8.0], "float32").reshape(2, 1, 1, 1) * np.ones_like(target)
    assert float(ScaleInvariantLogLoss(1.0)(target, prediction)) == pytest.approx(0.0, abs=1e-6)


def test_the_gradient_goes_through_the_mean():
    # share 1, d = (0, log 4): dL/dd_i = (2 d_i - 2 m) / n = -+ log 2, and dd_i/dp_i = 1 / p_i.
    target = np.array([[[[2.0], [2.0]]]], "float32")
    prediction = np.array([[[[2.0], [8.0]]]], "float32")
    _, slope = gradient(ScaleInvariantLogLoss(1.0), target, prediction)
    np.testing.assert_allclose(slope.ravel(), [-math.log(2) / 2, math.log(2) / 8], rtol=1e-5)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), True, "half"])
def test_share_must_be_a_share(wrong):
    with pytest.raises(ConfigError, match=r"share must be in \[0, 1\]"):
        ScaleInvariantLogLoss(wrong)
