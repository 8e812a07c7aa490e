"""Cross-entropy: hand arithmetic, the float64 oracle, pixels without a label."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from auxnet_keras.errors import ConfigError
from auxnet_keras.losses import PixelCrossEntropy
from tests.losses.contracts import PixelLossContract, batch, gradient
from tests.oracles import losses as oracle


class TestPixelCrossEntropy(PixelLossContract):
    def make(self):
        return PixelCrossEntropy(class_weights=[1, 2, 0, 4, 5])

    def data(self, **options):
        return batch(**options)

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

    @pytest.mark.parametrize("weights", [None, [1.0, 0.0, 2.5, 0.5, 3.0]])
    def test_label_smoothing(self, weights):
        labels, logits = batch()
        loss = PixelCrossEntropy(class_weights=weights, label_smoothing=0.2)
        values, valid, mean = oracle.cross_entropy(
            labels, logits, class_weights=weights, label_smoothing=0.2
        )
        got_values, got_valid = loss.per_pixel(labels, logits)
        np.testing.assert_allclose(got_values, values, atol=2e-6)
        np.testing.assert_allclose(got_valid, valid)
        assert float(loss(labels, logits)) == pytest.approx(mean, rel=1e-6)
        probabilities = keras.ops.softmax(logits)
        of_probabilities = PixelCrossEntropy(
            class_weights=weights, from_logits=False, label_smoothing=0.2
        )
        assert float(of_probabilities(labels, probabilities)) == pytest.approx(mean, rel=1e-5)
        used = labels < 255
        truth = np.eye(5)[labels[used]]
        keras_loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
        if weights is None:
            assert float(keras_loss(truth, logits[used])) == pytest.approx(mean, rel=1e-5)

    def test_label_smoothing_is_saved_and_checked(self):
        config = PixelCrossEntropy(label_smoothing=0.1).get_config()
        assert PixelCrossEntropy.from_config(config).label_smoothing == 0.1
        del config["label_smoothing"]  # as models saved by earlier versions
        assert PixelCrossEntropy.from_config(config).label_smoothing == 0.0
        for wrong in (-0.1, 1.0, float("nan")):
            with pytest.raises(ConfigError, match=r"label_smoothing must be in \[0, 1\)"):
                PixelCrossEntropy(label_smoothing=wrong)

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


def test_unknown_sizes_are_not_refused():
    tf = pytest.importorskip("tensorflow")
    labels, logits = batch()
    step = tf.function(
        PixelCrossEntropy(),
        input_signature=[
            tf.TensorSpec((None, None, None), "uint8"),
            tf.TensorSpec((None, None, None, 5), "float32"),
        ],
    )
    assert float(step(labels, logits)) == pytest.approx(oracle.cross_entropy(labels, logits)[2])
