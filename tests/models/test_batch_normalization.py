"""Fused batch normalization against Keras' own: results, statistics, gradients, files."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.models import batch_normalization
from auxnet_keras.models.batch_normalization import BatchNormalization, fuse_batch_normalization

PLAIN = keras.layers.BatchNormalization


@pytest.fixture
def fused(monkeypatch):
    """The number of calls of the fused operation."""
    calls = []
    original = batch_normalization.fused_batch_norm

    def counted(*given):
        calls.append(1)
        return original(*given)

    monkeypatch.setattr(batch_normalization, "fused_batch_norm", counted)
    return calls


def passed(layer, x, **how):
    """Output, gradients of an uneven sum of it, and moving statistics."""
    layer.build(x.shape)
    layer.set_weights([np.full(3, value, "float32") for value in (1.5, -0.5, 0.2, 2.0)])
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, **how)
        total = tf.reduce_sum(tf.cast(y, tf.float32) ** 3)
    gradients = tape.gradient(total, [x, layer.gamma.value, layer.beta.value])
    return [np.asarray(each, "float64") for each in (y, *gradients, *layer.get_weights())]


@pytest.mark.parametrize("shape", [(2, 3, 4, 3), (1, 1, 1, 3)])
def test_a_training_pass_equals_keras(shape, fused):
    x = np.random.default_rng(0).normal(2.0, 3.0, shape).astype("float32")
    ours = passed(BatchNormalization(momentum=0.9), x, training=True)
    assert fused == [1]
    for mine, keras_has in zip(ours, passed(PLAIN(momentum=0.9), x, training=True), strict=True):
        np.testing.assert_allclose(mine, keras_has, rtol=2e-5, atol=2e-5)
    # By hand: the moving variance moves towards the biased variance of the batch.
    np.testing.assert_allclose(ours[-1], 0.9 * 2.0 + 0.1 * x.var((0, 1, 2)), rtol=1e-5)


def test_half_precision_computes_in_float32(fused):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 3)).astype("float32")
    ours, keras_has = (
        passed(of(dtype="mixed_bfloat16"), x, training=True) for of in (BatchNormalization, PLAIN)
    )
    assert fused == [1]
    for mine, theirs in zip(ours, keras_has, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize(
    ("settings", "how"),
    [
        ({}, {"training": False}),
        ({"trainable": False}, {"training": True}),
        ({"axis": 1}, {"training": True}),
        ({"renorm": True}, {"training": True}),
        ({"dtype": "float64"}, {"training": True}),
        ({"dtype": "bfloat16"}, {"training": True}),
    ],
    ids=str,
)
def test_everything_else_is_left_to_keras(settings, how, fused):
    x = np.ones((2, 3, 4, 3), "float64" if settings.get("dtype") == "float64" else "float32")
    results = []
    for of in (BatchNormalization, PLAIN):
        layer = of(**settings)
        results.append(np.asarray(layer(tf.constant(x), **how)))
    assert not fused
    np.testing.assert_array_equal(*results)


def test_a_network_keeps_its_weights_names_and_files(tmp_path):
    def network():
        keras.utils.set_random_seed(3)
        image = keras.Input((4, 4, 2))
        return keras.Model(image, PLAIN(name="norm")(keras.layers.Conv2D(2, 1)(image)))

    old, new = network(), network()
    fuse_batch_normalization(new)
    assert type(new.get_layer("norm")) is BatchNormalization
    for before, after in zip(old.get_weights(), new.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    old.get_layer("norm").gamma.assign([7.0, 8.0])
    old.save_weights(tmp_path / "old.weights.h5")
    new.load_weights(tmp_path / "old.weights.h5")
    np.testing.assert_array_equal(new.get_layer("norm").gamma.numpy(), [7.0, 8.0])
    new.save_weights(tmp_path / "new.weights.h5")
    old.load_weights(tmp_path / "new.weights.h5")
    new.save(tmp_path / "new.keras")
    again = keras.models.load_model(tmp_path / "new.keras")
    assert type(again.get_layer("norm")) is BatchNormalization


def test_the_encoders_have_it():
    encoder = ak.models.encoder("mobilenet_v2", (32, 32, 3), weights=None)
    kinds = {type(layer) for layer in encoder.layers if isinstance(layer, PLAIN)}
    assert kinds == {BatchNormalization}
