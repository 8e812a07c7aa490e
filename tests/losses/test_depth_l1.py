"""L1: hand arithmetic, the float64 oracle, all pixels."""

import math

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error

from auxnet_keras.losses import DepthL1
from tests import jax_only
from tests.losses.contracts import (
    BAD_DEPTHS,
    DepthLossContract,
    PixelLossContract,
    depths,
    gradient,
)
from tests.oracles import losses as oracle


class TestDepthL1(DepthLossContract):
    def make(self):
        return DepthL1()

    def oracle(self, target, prediction):
        return oracle.depth_l1(target, prediction)[2]

    def test_by_hand(self):
        target = np.array([[[3.0, -1.0, 0.0]]])
        prediction = np.array([[[[1.0], [7.0], [4.0]]]])
        assert float(DepthL1()(target, prediction)) == 3.0
        assert float(DepthL1(all_pixels=True)(target, prediction)) == pytest.approx(13 / 3)

    @pytest.mark.parametrize("all_pixels", [False, True])
    @pytest.mark.parametrize("rank", [3, 4])
    def test_per_pixel_is_the_oracles(self, all_pixels, rank):
        target, prediction = depths()
        loss = DepthL1(all_pixels)
        values, weights, mean = oracle.depth_l1(target, prediction, all_pixels)
        given = target if rank == 4 else target[..., 0]
        got_values, got_weights = loss.per_pixel(given, prediction)
        np.testing.assert_allclose(got_values, values[..., 0], rtol=1e-6)
        np.testing.assert_array_equal(got_weights, weights[..., 0])
        assert float(loss(given, prediction)) == pytest.approx(mean, rel=1e-6)

    def test_independent_library(self):
        target, prediction = depths()
        used = np.isfinite(target) & (target >= 0)
        expected = mean_absolute_error(target[used], prediction[used])
        assert float(DepthL1()(target, prediction)) == pytest.approx(expected, rel=1e-6)


class TestDepthL1OfAllPixels(PixelLossContract):
    def make(self):
        return DepthL1(all_pixels=True)

    def data(self, **options):
        return depths(**options)

    @pytest.mark.parametrize("bad", BAD_DEPTHS)
    def test_pixels_without_depth_have_the_target_0(self, bad):
        target = np.array([[[[2.0], [bad]]]], "float32")
        value, slope = gradient(self.make(), target, np.array([[[[5.0], [3.0]]]], "float32"))
        assert value == 3.0
        np.testing.assert_array_equal(slope.ravel(), [0.5, 0.5])


@pytest.mark.slow
def test_jax_without_tensorflow():
    out = jax_only.run("""
import jax, numpy as np
from auxnet_keras.losses import DepthL1, PixelCrossEntropy
labels = np.array([[[0, 2, 255]]])
logits = np.log(np.array([[[[1., 3], [1, 1], [1, 1]]]]))
print(float(jax.jit(PixelCrossEntropy())(labels, logits)))
depth = np.array([[[3., np.nan, -1]]])
value, slope = jax.value_and_grad(lambda p: DepthL1()(depth, p))(np.ones((1, 1, 3, 1)))
print(float(value), slope.ravel().tolist())
""")
    entropy, l1 = out.splitlines()
    assert float(entropy) == pytest.approx(math.log(4))
    assert l1 == "2.0 [-1.0, 0.0, 0.0]"
