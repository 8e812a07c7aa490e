"""Reverse Huber: both branches, the threshold of the batch, no gradient through it."""

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.losses import BerHu
from tests.losses.contracts import DepthLossContract, gradient
from tests.oracles import losses as oracle


class TestBerHu(DepthLossContract):
    def make(self):
        return BerHu()

    def oracle(self, target, prediction):
        # The threshold is constant to the gradient: it is that of the unmoved prediction.
        if prediction.dtype == np.float32:
            self.threshold = oracle.berhu_threshold(target, prediction)
        return oracle.berhu(target, prediction, self.threshold)

    def test_gradient_is_the_oracles(self):
        self.threshold = oracle.berhu_threshold(*self.data(seed=3))
        super().test_gradient_is_the_oracles()


def test_by_hand():
    # Errors 1 and 10, c = 2: 1, and (100 + 4) / 4 = 26. A pixel without depth sets no threshold.
    target = np.array([[[[1.0], [10.0], [-1.0]]]])
    prediction = np.array([[[[2.0], [20.0], [500.0]]]])
    values, _ = BerHu().per_pixel(target, prediction)
    np.testing.assert_allclose(values, [[[1.0, 26.0, 0.0]]])
    assert float(BerHu()(target, prediction)) == 13.5


def test_the_threshold_is_that_of_all_images_of_the_batch():
    target = np.zeros((2, 1, 1, 1), "float32")
    values, _ = BerHu().per_pixel(target, np.array([2.0, 10.0], "float32").reshape(2, 1, 1, 1))
    np.testing.assert_allclose(np.ravel(values), [2.0, 26.0])


def test_the_gradient_grows_up_to_five_times():
    target = np.zeros((1, 1, 2, 1), "float32")
    _, slope = gradient(BerHu(), target, np.array([[[[-1.0], [10.0]]]], "float32"))
    np.testing.assert_allclose(slope.ravel(), [-0.5, 2.5])


def test_with_share_1_it_is_l1():
    target = np.zeros((1, 1, 2, 1), "float32")
    assert float(BerHu(1.0)(target, np.array([[[[3.0], [5.0]]]], "float32"))) == 4.0


@pytest.mark.parametrize("wrong", [0.0, -1.0, 1.1, float("nan"), True, "0.2"])
def test_share_must_be_a_share(wrong):
    with pytest.raises(ConfigError, match=r"share must be in \(0, 1\]"):
        BerHu(wrong)
