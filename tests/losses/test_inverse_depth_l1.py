"""L1 on inverse depth: hand arithmetic, the straight line below the floor."""

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.losses import InverseDepthL1
from tests.losses.contracts import DepthLossContract, gradient
from tests.oracles import losses as oracle


class TestInverseDepthL1(DepthLossContract):
    def make(self):
        return InverseDepthL1()

    def oracle(self, target, prediction):
        return oracle.inverse_depth_l1(target, prediction, 1.0)


def test_by_hand():
    target = np.array([[[[2.0], [10.0], [-1.0]]]])
    prediction = np.array([[[[4.0], [5.0], [9.0]]]])
    assert float(InverseDepthL1()(target, prediction)) == pytest.approx((0.25 + 0.1) / 2)


def test_below_the_floor_it_is_a_straight_line_of_the_same_slope():
    # f = 2: 1/2 - (p - 2) / 4, so p = -2 is 1 above 1/2.
    target = np.full((1, 1, 1, 1), 2.0, "float32")
    value, slope = gradient(InverseDepthL1(2.0), target, np.full((1, 1, 1, 1), -2.0, "float32"))
    assert value == pytest.approx(1.0)
    assert slope.item() == pytest.approx(-0.25)


def test_floor_must_be_a_depth():
    with pytest.raises(ConfigError, match="floor must be a finite number > 0"):
        InverseDepthL1(-1.0)
