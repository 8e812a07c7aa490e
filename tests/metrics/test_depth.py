"""Depth scores: hand arithmetic, oracle, independent library, pixels without depth, KITTI's D1."""

import json
import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    mean_absolute_error,
    mean_absolute_percentage_error,
    root_mean_squared_error,
)

from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics import DepthMetrics, depth_scores, kitti
from tests.losses.contracts import skip_without
from tests.oracles import depth as oracle


def depths(seed=0, shape=(2, 5, 7, 1), invalid=0.3):
    rng = np.random.default_rng(seed)
    truth = rng.choice([0.0, 0.5, 3.0, 80.0], shape) * rng.uniform(0.5, 1, shape)
    holes = rng.random(shape) < invalid
    truth[holes] = rng.choice([-1.0, np.nan, np.inf, -np.inf], holes.sum())
    return truth.astype("float32"), rng.uniform(-1, 90, shape).astype("float32")


def results(*batches):
    metric = DepthMetrics(prefix="")
    for truth, prediction in batches:
        metric.update_state(truth, prediction)
    return {key: float(value) for key, value in metric.result().items()}


def test_by_hand():
    got = results((np.array([[[2.0, 4.0, -1.0]]]), np.array([[[[3.0], [4.0], [9.0]]]])))
    log = math.log(1.5)
    assert got == pytest.approx(
        {
            "abs_rel": 0.25,
            "sq_rel": 0.25,
            "rmse": math.sqrt(0.5),
            "rmse_log": math.sqrt(log**2 / 2),
            "log10": math.log10(1.5) / 2,
            "silog": 100 * log / 2,
            "delta_1": 0.5,
            "delta_2": 1.0,
            "delta_3": 1.0,
            "mae": 0.5,
        },
        rel=1e-5,
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**16), st.sampled_from([0.0, 0.5, 1.0]))
def test_oracle(seed, invalid):
    one, two = (depths(seed + k, (1, 2, 3, 1), invalid) for k in (0, 1))
    truth, prediction = (np.concatenate(pair) for pair in zip(one, two, strict=True))
    assert results(one, two) == pytest.approx(
        oracle.scores(truth, prediction), rel=1e-4, abs=1e-4, nan_ok=True
    )


def test_independent_library():
    truth, prediction = depths()
    used = np.isfinite(truth) & (truth >= 0)
    got = results((truth, prediction))
    pair = truth[used], prediction[used]
    assert got["mae"] == pytest.approx(mean_absolute_error(*pair), rel=1e-5)
    assert got["rmse"] == pytest.approx(root_mean_squared_error(*pair), rel=1e-5)
    positive = used & (truth > 0)
    relative = mean_absolute_percentage_error(
        truth[positive], np.maximum(prediction[positive], 1e-3)
    )
    assert got["abs_rel"] == pytest.approx(relative, rel=1e-5)


def test_zero_truth_counts_for_differences_only():
    got = results((np.array([[[0.0, 2.0]]]), np.array([[[[4.0], [2.0]]]])))
    assert (got["mae"], got["abs_rel"], got["delta_1"]) == (2.0, 0.0, 1.0)


def test_thresholds_are_strict():
    got = results((np.array([[[1.0, 1.0]]]), np.array([[[[1.25], [0.8]]]])))
    assert (got["delta_1"], got["delta_2"]) == (0.0, 1.0)


def test_negative_prediction_stays_finite():
    got = results((np.array([[[2.0]]]), np.array([[[[-5.0]]]])))
    assert got["mae"] == 7.0
    assert all(math.isfinite(value) for value in got.values())


def test_nothing_measured_and_a_network_that_broke():
    truth, prediction = depths(invalid=1.0)
    assert all(math.isnan(value) for value in results((truth, prediction)).values())
    broken = results((np.ones((1, 1, 2)), np.array([[[[np.nan], [1.0]]]])))
    assert math.isnan(broken["mae"]) and math.isnan(broken["abs_rel"])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_precisions(dtype):
    skip_without(dtype)
    truth, prediction = depths()
    prediction = np.round(prediction)
    assert results((truth[..., 0], keras.ops.cast(prediction, dtype))) == pytest.approx(
        results((truth, prediction)), rel=1e-6
    )


def test_xla():
    tf = pytest.importorskip("tensorflow")
    metric, compiled = DepthMetrics(), DepthMetrics()
    metric.update_state(*depths())
    tf.function(compiled.update_state, jit_compile=True)(*(tf.constant(a) for a in depths()))
    np.testing.assert_allclose(np.asarray(compiled.sums), np.asarray(metric.sums), rtol=1e-5)


def test_config():
    metric = DepthMetrics(prefix="p_", min_depth=0.5)
    config = keras.metrics.serialize(metric)
    assert config["registered_name"] == "auxnet_keras>DepthMetrics"
    again = keras.metrics.deserialize(json.loads(json.dumps(config)))
    assert again.get_config() == metric.get_config()


def test_sizes_must_agree():
    with pytest.raises(ConfigError, match="depth target"):
        DepthMetrics().update_state(np.zeros((1, 2, 3)), np.zeros((1, 3, 2, 1)))
    with pytest.raises(ConfigError, match="same size"):
        depth_scores.image_scores(np.zeros((2, 3)), np.zeros((3, 2)))


class TestImages:
    def test_convention_of_the_literature(self):
        truth = np.array([[0.0, -1.0, 2.0, 100.0, np.nan, 50.0]])
        prediction = np.array([[5.0, 5.0, -3.0, 5.0, 5.0, 200.0]])
        got = depth_scores.image_scores(truth, prediction[..., None], max_depth=80.0)
        assert got == pytest.approx(oracle.scores([[2.0, 50.0]], [[1e-3, 80.0]]))

    def test_mean_over_images_skips_those_without_depth(self):
        images = [
            depth_scores.image_scores(np.full((2, 2), g), np.full((2, 2), 3.0))
            for g in (2.0, 1.0, -1.0)
        ]
        means = depth_scores.mean_over_images(images)
        assert means["mae"] == pytest.approx((1 + 2) / 2)
        assert means.keys() == images[0].keys()
        assert math.isnan(depth_scores.mean_over_images(images[2:])["mae"])
        assert depth_scores.mean_over_images([]) == {}


class TestD1:
    def test_by_hand(self):
        # 3 px is no outlier, 4 px of 100 is none (4 %), 4 px of 80 is none (5 % exactly).
        truth = np.array([[10.0, 100.0, 80.0, 20.0, 0.0, -1.0, 60.0]])
        error = np.array([[3.0, 4.0, 4.0, 4.0, 50.0, 50.0, np.nan]])
        counts = kitti.d1_counts(truth, truth + error)
        np.testing.assert_array_equal(counts, [2, 5])
        assert kitti.d1(counts) == {"d1_all": 40.0}

    def test_oracle(self):
        rng = np.random.default_rng(0)
        truth = rng.uniform(-20, 150, (20, 30))
        prediction = truth + rng.normal(scale=5, size=truth.shape)
        assert tuple(kitti.d1_counts(truth, prediction[..., None])) == oracle.d1(truth, prediction)

    def test_background_and_objects(self):
        truth = np.full((2, 3), 50.0)
        prediction = truth + [[0, 9, 9], [0, 0, 9]]  # noqa: RUF005 - arrays
        objects = np.array([[0, 0, 1], [1, 0, 7]])
        counts = kitti.d1_counts(truth, prediction, objects)
        np.testing.assert_array_equal(counts, [[1, 3], [2, 3]])
        assert kitti.d1(counts + counts) == pytest.approx(
            {"d1_all": 50.0, "d1_bg": 100 / 3, "d1_fg": 200 / 3}
        )

    def test_nothing_to_score(self):
        assert math.isnan(kitti.d1(kitti.d1_counts(np.zeros((2, 2)), np.ones((2, 2))))["d1_all"])
        with pytest.raises(ConfigError, match="object map"):
            kitti.d1_counts(np.ones((2, 2)), np.ones((2, 2)), np.ones((3, 3)))
