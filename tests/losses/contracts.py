"""What every loss over pixels must do: classes to inherit from."""

import json

import keras
import numpy as np
import pytest

from auxnet_keras.errors import ConfigError

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


def gradient(loss, target, prediction, jit_compile=False):
    """The loss and its derivative by the prediction, on the backend of the tests."""
    if keras.backend.backend() == "jax":
        import jax

        differentiate = jax.value_and_grad(lambda moved: loss(target, moved))
        value, slope = (jax.jit(differentiate) if jit_compile else differentiate)(
            jax.numpy.asarray(prediction)
        )
        return float(value), np.asarray(slope)
    if keras.backend.backend() == "torch":
        at = keras.ops.convert_to_tensor(prediction).requires_grad_()
        value = loss(target, at)
        value.backward()
        return value.item(), keras.ops.convert_to_numpy(at.grad)
    import tensorflow as tf

    @tf.function(jit_compile=jit_compile)
    def differentiate(target, prediction):
        with tf.GradientTape() as tape:
            tape.watch(prediction)
            value = loss(target, prediction)
        return value, tape.gradient(value, prediction)

    value, slope = differentiate(tf.constant(target), tf.constant(prediction))
    return float(value), slope.numpy()


def skip_without(dtype):
    """JAX computes in no float64, unless the whole process does."""
    if dtype == "float64" and keras.backend.backend() == "jax":
        pytest.skip("JAX has no float64")


class PixelLossContract:
    """Subclass it and say how the loss is made; all tests below then run for it."""

    def make(self):
        raise NotImplementedError

    def data(self, **options):
        """(target, prediction)."""
        raise NotImplementedError

    @pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
    def test_computed_in_float32(self, dtype):
        skip_without(dtype)
        loss, (target, prediction) = self.make(), self.data()
        prediction = keras.ops.cast(prediction, dtype)
        values, valid = loss.per_pixel(target, prediction)
        assert {keras.backend.standardize_dtype(x.dtype) for x in (values, valid)} == {"float32"}
        exact, _ = loss.per_pixel(target, keras.ops.cast(prediction, "float32"))
        np.testing.assert_array_equal(values, exact)

    @pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch has no XLA here")
    def test_xla(self):
        loss, (target, prediction) = self.make(), self.data()
        value, slope = gradient(loss, target, prediction)
        compiled_value, compiled_slope = gradient(loss, target, prediction, jit_compile=True)
        assert compiled_value == pytest.approx(value, rel=1e-5)
        np.testing.assert_allclose(compiled_slope, slope, rtol=1e-4, atol=1e-7)

    def test_one_pixel(self):
        target, prediction = self.data(shape=(1, 1, 1))
        assert np.isfinite(float(self.make()(target, prediction)))

    def test_config(self):
        loss = self.make()
        config = keras.losses.serialize(loss)
        assert config["registered_name"].startswith("auxnet_keras>")
        again = keras.losses.deserialize(json.loads(json.dumps(config)))
        assert again.get_config() == loss.get_config()
        target, prediction = self.data()
        assert float(again(target, prediction)) == float(loss(target, prediction))

    def test_sample_weight_is_refused(self):
        target, prediction = self.data()
        with pytest.raises(ConfigError, match="takes no sample_weight"):
            self.make()(target, prediction, sample_weight=np.ones(2))

    def test_mean_of_the_pixels_is_the_loss(self):
        loss, (target, prediction) = self.make(), self.data()
        values, valid = (
            np.asarray(each, np.float64) for each in loss.per_pixel(target, prediction)
        )
        mean = (values * valid).sum() / valid.sum()
        assert float(loss(target, prediction)) == pytest.approx(mean, rel=1e-5)
        assert (values >= 0).all()


class DepthLossContract(PixelLossContract):
    """For losses of a depth; `oracle` is the mean in float64, written from the paper's formula."""

    def data(self, **options):
        return depths(**options)

    def oracle(self, target, prediction):
        raise NotImplementedError

    @pytest.mark.parametrize("rank", [3, 4])
    def test_oracle(self, rank):
        target, prediction = depths()
        given = target if rank == 4 else target[..., 0]
        expected = self.oracle(target, prediction)
        assert float(self.make()(given, prediction)) == pytest.approx(expected, rel=1e-5)

    def test_gradient_is_the_oracles(self):
        target, prediction = depths(seed=3)
        _, slope = gradient(self.make(), target, prediction)
        exact = prediction.astype(np.float64)
        expected = np.zeros(exact.shape)
        for at in np.ndindex(exact.shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = exact.copy()
                moved[at] += step
                ends.append(self.oracle(target, moved))
            expected[at] = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(slope, expected, rtol=1e-3, atol=1e-6)

    @pytest.mark.parametrize("bad", BAD_DEPTHS)
    def test_pixels_without_depth_never_spoil_the_gradient(self, bad):
        target = np.array([[[[2.0], [bad]]]], "float32")
        prediction = np.array([[[[5.0], [3.0]]]], "float32")
        value, slope = gradient(self.make(), target, prediction)
        alone, own = gradient(self.make(), target[:, :, :1], prediction[:, :, :1])
        assert value == pytest.approx(alone)
        np.testing.assert_allclose(slope.ravel(), [float(own.item()), 0.0], rtol=1e-6)
        values, valid = self.make().per_pixel(target, prediction)
        assert np.asarray(values)[0, 0, 1] == np.asarray(valid)[0, 0, 1] == 0.0

    def test_nothing_measured(self):
        _, prediction = depths()
        nothing = np.full(prediction.shape, np.nan, "float32")
        value, slope = gradient(self.make(), nothing, prediction)
        assert value == 0.0
        np.testing.assert_array_equal(slope, 0.0)

    def test_a_perfect_prediction_costs_nothing(self):
        target = np.array([[[[2.0], [7.0], [-1.0]]]], "float32")
        value, slope = gradient(self.make(), target, np.abs(target))
        assert value == 0.0
        np.testing.assert_array_equal(slope, 0.0)

    @pytest.mark.parametrize("wrong", [-30.0, -0.1, 0.0, 1e-6])
    def test_predictions_without_a_depth_learn(self, wrong):
        target = np.array([[[[2.0], [3.0]]]], "float32")
        value, slope = gradient(self.make(), target, np.full((1, 1, 2, 1), wrong, "float32"))
        assert np.isfinite(value)
        assert np.isfinite(slope).all()
        assert (slope < 0).all()

    def test_sizes_must_agree(self):
        with pytest.raises(ConfigError, match=r"depth target .* Received: shape"):
            self.make()(np.zeros((1, 2, 3)), np.zeros((1, 3, 2, 1)))
        with pytest.raises(ConfigError, match="depth prediction"):
            self.make()(np.zeros((1, 2, 3)), np.zeros((1, 2, 3, 4)))
