"""Losses: hand arithmetic, the float64 oracle, pixels without a target, backends and precisions."""

import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss, mean_absolute_error

from auxnet_keras.errors import ConfigError
from auxnet_keras.losses.pixel_losses import DepthL1, PixelCrossEntropy
from tests import jax_only
from tests.oracles import losses as oracle

BAD_DEPTHS = [-1.0, -1e-6, np.nan, np.inf, -np.inf]


def batch(seed=0, shape=(2, 4, 6), classes=5, ignored=0.3):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, shape).astype("uint8")
    labels[rng.random(shape) < ignored] = 255
    return labels, rng.normal(size=(*shape, classes), scale=3).astype("float32")


def depths(seed=0, shape=(2, 4, 6)):
    rng = np.random.default_rng(seed)
    target = rng.uniform(0, 80, (*shape, 1)).astype("float32")
    holes = rng.random(target.shape) < 0.4
    target[holes] = rng.choice(BAD_DEPTHS, holes.sum())
    return target, rng.uniform(0, 80, (*shape, 1)).astype("float32")


def gradient(loss, target, prediction, **options):
    @tf.function(**options)
    def differentiate(target, prediction):
        with tf.GradientTape() as tape:
            tape.watch(prediction)
            value = loss(target, prediction)
        return value, tape.gradient(value, prediction)

    value, slope = differentiate(tf.constant(target), tf.constant(prediction))
    return float(value), slope.numpy()


class TestPixelCrossEntropy:
    def test_by_hand(self):
        # Two labelled pixels: p = (1/4, 3/4) with label 1, p = (1/2, 1/2) with label 0.
        logits = np.array([[[[0.0, math.log(3.0)], [0.0, 0.0], [9.0, -9.0]]]])
        values, valid = PixelCrossEntropy().per_pixel(np.array([[[1, 0, 255]]]), logits)
        np.testing.assert_allclose(values, [[[math.log(4 / 3), math.log(2), 0]]], rtol=1e-6)
        np.testing.assert_array_equal(valid, [[[1, 1, 0]]])
        loss = PixelCrossEntropy()(np.array([[[1, 0, 255]]]), logits)
        assert float(loss) == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)

    @pytest.mark.parametrize("weights", [None, [1.0, 0.0, 2.5, 0.5, 3.0]])
    @pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32"])
    def test_oracle(self, weights, dtype):
        labels, logits = batch()
        loss = PixelCrossEntropy(class_weights=weights)
        values, valid, mean = oracle.cross_entropy(labels, logits, class_weights=weights)
        got_values, got_valid = loss.per_pixel(labels.astype(dtype), logits)
        np.testing.assert_allclose(got_values, values, atol=2e-6)
        np.testing.assert_allclose(got_valid, valid)
        assert float(loss(labels.astype(dtype), logits)) == pytest.approx(mean, rel=1e-6)
        assert float(loss(labels[..., None], logits)) == pytest.approx(mean, rel=1e-6)

    def test_independent_library(self):
        labels, logits = batch(classes=5)
        used = labels < 255
        probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits.astype("float64")))
        expected = log_loss(labels[used], probabilities[used], labels=range(5))
        assert float(PixelCrossEntropy()(labels, logits)) == pytest.approx(expected, rel=1e-5)
        plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=255)
        assert float(PixelCrossEntropy()(labels, logits)) == pytest.approx(
            float(plain(labels, logits)), rel=1e-5
        )

    def test_probabilities_and_logits_agree(self):
        labels, logits = batch()
        probabilities = keras.ops.softmax(logits)
        assert float(PixelCrossEntropy(from_logits=False)(labels, probabilities)) == pytest.approx(
            float(PixelCrossEntropy()(labels, logits)), rel=1e-5
        )

    def test_impossible_class_costs_a_finite_amount(self):
        loss = PixelCrossEntropy(from_logits=False)
        value, slope = gradient(
            loss, np.zeros((1, 1, 1), "uint8"), np.array([[[[0.0, 1.0]]]], "f4")
        )
        assert value == pytest.approx(-math.log(1e-7), rel=1e-5)
        assert np.isfinite(slope).all()

    @pytest.mark.parametrize("labels", [255, 5, 200, -1, -100])
    def test_nothing_labelled(self, labels):
        _, logits = batch()
        value, slope = gradient(PixelCrossEntropy(), np.full((2, 4, 6), labels, "int32"), logits)
        assert value == 0.0
        np.testing.assert_array_equal(slope, 0.0)

    def test_ignore_label_may_be_a_class(self):
        labels, logits = batch(ignored=0)
        _, valid = PixelCrossEntropy(ignore_label=0).per_pixel(labels, logits)
        np.testing.assert_array_equal(valid, labels != 0)

    def test_gradient_is_softmax_minus_truth(self):
        labels, logits = batch()
        _, slope = gradient(PixelCrossEntropy(), labels, logits)
        truth = np.eye(256)[labels][..., :5]
        expected = (keras.ops.convert_to_numpy(keras.ops.softmax(logits)) - truth) / (
            labels < 255
        ).sum()
        expected[labels == 255] = 0.0
        np.testing.assert_allclose(slope, expected, atol=1e-7)

    def test_small_losses_keep_their_digits(self):
        # log(1 + e^-12) = 6.144e-6 is lost beside a logit of 1000 unless that is subtracted first.
        logits = np.array([[[[1000.0, 988.0]]]], "float32")
        value = float(PixelCrossEntropy()(np.zeros((1, 1, 1), "uint8"), logits))
        assert value == pytest.approx(math.log1p(math.exp(-12)), rel=1e-2)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 2**16), st.floats(-100, 100), st.floats(0.1, 30))
    def test_properties(self, seed, shift, scale):
        labels, logits = batch(seed, shape=(1, 2, 3))
        loss = PixelCrossEntropy()
        values, _valid = loss.per_pixel(labels, logits * np.float32(scale))
        assert (np.asarray(values) >= 0).all()
        assert not np.asarray(values)[labels == 255].any()
        shifted, _ = loss.per_pixel(labels, logits * np.float32(scale) + np.float32(shift))
        np.testing.assert_allclose(shifted, values, atol=1e-3)

    @pytest.mark.parametrize("shape", [(2, 3, 6), (2, 4, 6, 2), (2, 4), (1, 4, 6)])
    def test_sizes_must_agree(self, shape):
        _, logits = batch()
        with pytest.raises(ConfigError, match=r"segmentation label .* Received: shape"):
            PixelCrossEntropy()(np.zeros(shape, "uint8"), logits)

    def test_class_weights_must_fit(self):
        labels, logits = batch()
        with pytest.raises(ConfigError, match="each of the prediction's 5 classes"):
            PixelCrossEntropy(class_weights=[1, 2])(labels, logits)
        for wrong in (-1.0, math.nan, math.inf):
            with pytest.raises(ConfigError, match="finite and not negative"):
                PixelCrossEntropy(class_weights=[1, wrong])


class TestDepthL1:
    def test_by_hand(self):
        target = np.array([[[3.0, -1.0, 0.0]]])
        prediction = np.array([[[[1.0], [7.0], [4.0]]]])
        assert float(DepthL1()(target, prediction)) == 3.0
        assert float(DepthL1(all_pixels=True)(target, prediction)) == pytest.approx(13 / 3)

    @pytest.mark.parametrize("all_pixels", [False, True])
    @pytest.mark.parametrize("rank", [3, 4])
    def test_oracle(self, all_pixels, rank):
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

    @pytest.mark.parametrize("bad", BAD_DEPTHS)
    @pytest.mark.parametrize("all_pixels", [False, True])
    def test_pixels_without_depth_never_spoil_the_gradient(self, bad, all_pixels):
        target = np.array([[[[2.0], [bad]]]], "float32")
        value, slope = gradient(
            DepthL1(all_pixels), target, np.array([[[[5.0], [3.0]]]], "float32")
        )
        assert value == 3.0
        np.testing.assert_array_equal(slope.ravel(), [0.5, 0.5] if all_pixels else [1.0, 0.0])

    def test_nothing_measured(self):
        _, prediction = depths()
        value, slope = gradient(DepthL1(), np.full(prediction.shape, np.nan, "float32"), prediction)
        assert value == 0.0
        np.testing.assert_array_equal(slope, 0.0)

    def test_sizes_must_agree(self):
        with pytest.raises(ConfigError, match=r"depth target .* Received: shape"):
            DepthL1()(np.zeros((1, 2, 3)), np.zeros((1, 3, 2, 1)))
        with pytest.raises(ConfigError, match="depth prediction"):
            DepthL1()(np.zeros((1, 2, 3)), np.zeros((1, 2, 3, 4)))


LOSSES = [
    (PixelCrossEntropy(class_weights=[1, 2, 0, 4, 5]), batch),
    (PixelCrossEntropy(), batch),
    (DepthL1(), depths),
    (DepthL1(all_pixels=True), depths),
]


@pytest.mark.parametrize(("loss", "data"), LOSSES)
class TestBoth:
    @pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
    def test_computed_in_float32(self, loss, data, dtype):
        target, prediction = data()
        prediction = keras.ops.cast(prediction, dtype)
        values, valid = loss.per_pixel(target, prediction)
        assert values.dtype == valid.dtype == "float32"
        exact, _ = loss.per_pixel(target, keras.ops.cast(prediction, "float32"))
        np.testing.assert_array_equal(values, exact)

    def test_xla(self, loss, data):
        target, prediction = data()
        value, slope = gradient(loss, target, prediction)
        compiled_value, compiled_slope = gradient(loss, target, prediction, jit_compile=True)
        assert compiled_value == pytest.approx(value, rel=1e-6)
        np.testing.assert_allclose(compiled_slope, slope, atol=1e-7)

    def test_one_pixel(self, loss, data):
        target, prediction = data(shape=(1, 1, 1))
        assert np.isfinite(float(loss(target, prediction)))

    def test_config(self, loss, data):
        config = keras.losses.serialize(loss)
        assert config["registered_name"].startswith("auxnet_keras>")
        again = keras.losses.deserialize(json.loads(json.dumps(config)))
        assert again.get_config() == loss.get_config()
        target, prediction = data()
        assert float(again(target, prediction)) == float(loss(target, prediction))

    def test_sample_weight_is_refused(self, loss, data):
        target, prediction = data()
        with pytest.raises(ConfigError, match="takes no sample_weight"):
            loss(target, prediction, sample_weight=np.ones(2))


def test_unknown_sizes_are_not_refused():
    labels, logits = batch()
    step = tf.function(
        PixelCrossEntropy(),
        input_signature=[
            tf.TensorSpec((None, None, None), "uint8"),
            tf.TensorSpec((None, None, None, 5), "float32"),
        ],
    )
    assert float(step(labels, logits)) == pytest.approx(oracle.cross_entropy(labels, logits)[2])


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
