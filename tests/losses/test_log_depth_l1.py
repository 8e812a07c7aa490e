"""L1 on log depth: hand arithmetic, no unit, the straight line below the floor."""

import math

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.losses import LogDepthL1
from tests.losses.contracts import DepthLossContract, depths, gradient
from tests.oracles import losses as oracle


class TestLogDepthL1(DepthLossContract):
    def make(self):
        return LogDepthL1(floor=0.5)

    def oracle(self, target, prediction):
        return oracle.log_depth_l1(target, prediction, 0.5)


def test_by_hand():
    target = np.array([[[[2.0], [8.0], [-1.0]]]])
    prediction = np.array([[[[1.0], [4.0], [9.0]]]])
    assert float(LogDepthL1()(target, prediction)) == pytest.approx(math.log(2))


@pytest.mark.parametrize("factor", [0.01, 3.0, 1000.0])
def test_the_unit_does_not_matter(factor):
    target, prediction = depths()
    loss, other = LogDepthL1(0.1), LogDepthL1(0.1 * factor)
    expected = pytest.approx(float(loss(target, prediction)), rel=1e-4)
    assert float(other(target * factor, prediction * factor)) == expected


def test_depth_and_its_inverse_give_the_same():
    target, prediction = (
        np.random.default_rng(seed).uniform(1, 50, (1, 3, 4, 1)) for seed in (0, 1)
    )
    expected = pytest.approx(float(LogDepthL1()(target, prediction)), rel=1e-4)
    assert float(LogDepthL1()(1 / target, 1 / prediction)) == expected


def test_below_the_floor_it_is_a_straight_line_of_the_same_slope():
    # f = 0.5: log 0.5 + (p - 0.5) / 0.5, so p = -1 is 3 below log 0.5.
    loss, target = LogDepthL1(floor=0.5), np.full((1, 1, 1, 1), 0.5, "float32")
    value, slope = gradient(loss, target, np.full((1, 1, 1, 1), -1.0, "float32"))
    assert value == pytest.approx(3.0)
    assert slope.item() == pytest.approx(-2.0)
    _, at_the_floor = gradient(loss, 2 * target, np.full((1, 1, 1, 1), 0.5001, "float32"))
    assert at_the_floor.item() == pytest.approx(-2.0, rel=1e-3)


def test_targets_below_the_floor_count_as_the_floor():
    target = np.array([[[[0.0], [0.001]]]])
    assert float(LogDepthL1()(target, np.full((1, 1, 2, 1), 0.01))) == 0.0


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf"), True, "1"])
def test_floor_must_be_a_depth(wrong):
    with pytest.raises(ConfigError, match="floor must be a finite number > 0"):
        LogDepthL1(wrong)
