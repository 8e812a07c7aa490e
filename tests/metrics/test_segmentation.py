"""SegmentationMetrics: hand arithmetic, oracle, scikit-learn, absent classes, backends, devices."""

import json
import math
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, jaccard_score, recall_score

from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics import SegmentationMetrics, confusion
from auxnet_keras.metrics.segmentation import CARRY
from tests import jax_only
from tests.losses.contracts import skip_without
from tests.oracles import segmentation as oracle

NAMES = ["sky", "road", "lane marking", "car"]


def batch(seed=0, shape=(2, 5, 7), classes=4, ignored=0.2):
    """Labels, and logits that are right more often than not."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, shape).astype("uint8")
    logits = (np.eye(classes)[labels] * 1.5 + rng.normal(size=(*shape, classes))).astype("float32")
    labels[rng.random(shape) < ignored] = 255
    return labels, logits


def results(*batches, **options):
    metric = SegmentationMetrics(NAMES, prefix="", **options)
    for labels, logits in batches:
        metric.update_state(labels, logits)
    return {key: float(value) for key, value in metric.result().items()}


def test_by_hand():
    # Truth road road road car, predicted road road car car: IoU 2/3 and 1/2.
    labels, prediction = np.array([[[1, 1, 1, 3, 255]]]), np.array([[[1, 1, 3, 3, 0]]])
    got = results((labels, np.eye(4)[prediction]))
    assert got.keys() == oracle.scores(labels, prediction, NAMES).keys()
    assert got["iou_road"] == pytest.approx(2 / 3)
    assert got["iou_car"] == pytest.approx(1 / 2)
    assert math.isnan(got["iou_sky"]) and math.isnan(got["iou_lane marking"])
    assert got["mean_iou"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert got["fw_iou"] == pytest.approx(3 / 4 * 2 / 3 + 1 / 4 * 1 / 2)
    assert got["micro_iou"] == pytest.approx(3 / 5)
    assert got["pixel_accuracy"] == pytest.approx(3 / 4)
    assert got["mean_class_accuracy"] == pytest.approx((2 / 3 + 1) / 2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0]))
def test_oracle(seed, present, ignored):
    one, two = (batch(seed + k, (1, 2, 4), ignored=ignored) for k in (0, 1))
    for labels, _ in (one, two):
        labels[(labels >= present) & (labels < 255)] = 0
    labels, logits = (np.concatenate(pair) for pair in zip(one, two, strict=True))
    expected = oracle.scores(labels, logits.argmax(-1), NAMES)
    got = results(one, two)
    for key, value in expected.items():
        assert got[key] == pytest.approx(value, rel=1e-5, nan_ok=True), key


@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")  # Keras' own, on JAX
def test_independent_library():
    labels, logits = batch()
    used = labels < 255
    truth, prediction = labels[used], logits.argmax(-1)[used]
    metric = SegmentationMetrics(NAMES, prefix="")
    metric.update_state(labels, logits)
    np.testing.assert_array_equal(metric.confusion(), confusion_matrix(truth, prediction))
    got = results((labels, logits))
    jaccard = jaccard_score(truth, prediction, average=None)
    np.testing.assert_allclose([got[f"iou_{name}"] for name in NAMES], jaccard, rtol=1e-6)
    for key, average in {"mean_iou": "macro", "fw_iou": "weighted", "micro_iou": "micro"}.items():
        assert got[key] == pytest.approx(jaccard_score(truth, prediction, average=average))
    assert got["pixel_accuracy"] == pytest.approx(accuracy_score(truth, prediction))
    recall = recall_score(truth, prediction, average="macro")
    assert got["mean_class_accuracy"] == pytest.approx(recall)
    plain = keras.metrics.MeanIoU(4, ignore_class=255, sparse_y_pred=False)
    plain.update_state(labels, logits)
    assert got["mean_iou"] == pytest.approx(float(plain.result()), rel=1e-6)


@pytest.mark.parametrize("label", [255, 4, 77, -1])
def test_nothing_labelled(label):
    _, logits = batch()
    got = results((np.full((2, 5, 7), label, "int32"), logits))
    assert all(math.isnan(value) for value in got.values())


def test_a_class_only_predicted_counts_as_zero():
    got = results((np.array([[[1, 1]]]), np.eye(4)[[[[1, 3]]]]))
    assert got["iou_car"] == 0.0
    assert got["mean_iou"] == pytest.approx(0.25)
    assert got["mean_class_accuracy"] == pytest.approx(0.5)


def test_ties_go_to_the_first_class_and_one_pixel_is_enough():
    got = results((np.zeros((1, 1, 1), "uint8"), np.zeros((1, 1, 1, 4))))
    assert got["pixel_accuracy"] == 1.0


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_precisions(dtype):
    skip_without(dtype)
    labels, logits = batch()
    logits = np.round(logits * 4)  # exact in every dtype
    assert results((labels, keras.ops.cast(logits, dtype))) == pytest.approx(
        results((labels[..., None].astype("int64"), logits)), nan_ok=True
    )


def test_counts_stay_exact_beyond_float32():
    metric = SegmentationMetrics(["a", "b"])
    start = np.zeros((2, 2, 2), "float32")
    start[:, 0, 0] = CARRY - 1, 2.0**23
    metric.counts.assign(start)
    for _ in range(3):
        metric.update_state(np.zeros((1, 1, 1)), np.eye(2)[[[[0]]]])
    assert metric.confusion()[0, 0] == 2**43 + 2**20 + 2
    metric.reset_state()
    assert not metric.confusion().any()


@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_with_unknown_sizes(jit_compile):
    tf = pytest.importorskip("tensorflow")
    metric = SegmentationMetrics(NAMES)
    metric_step = tf.function(metric.update_state, jit_compile=jit_compile)
    metric_step(*(tf.constant(part) for part in batch()))
    labels, logits = batch()
    np.testing.assert_array_equal(
        metric.confusion(), confusion.count_pairs(labels, logits.argmax(-1), len(NAMES))
    )


def test_config():
    metric = SegmentationMetrics(NAMES, ignore_label=0, prefix="p_")
    config = keras.metrics.serialize(metric)
    assert config["registered_name"] == "auxnet_keras>SegmentationMetrics"
    again = keras.metrics.deserialize(json.loads(json.dumps(config)))
    assert again.get_config() == metric.get_config()


def test_bad_input():
    with pytest.raises(ConfigError, match="unique class names"):
        SegmentationMetrics(["road", "road"])
    with pytest.raises(ConfigError, match="4 class names"):
        results((np.zeros((1, 2, 2)), np.zeros((1, 2, 2, 5))))
    with pytest.raises(ConfigError, match="segmentation label"):
        results((np.zeros((1, 2, 3)), np.zeros((1, 2, 2, 4))))


TWO_OUTPUTS = """
import os
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import keras, numpy as np, tensorflow as tf
from auxnet_keras.losses import DepthL1, PixelCrossEntropy
from auxnet_keras.metrics import DepthMetrics, SegmentationMetrics
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

def history(strategy):
    rng = np.random.default_rng(0)
    image = rng.random((8, 4, 6, 3)).astype("float32")
    labels = rng.integers(0, 3, (8, 4, 6)).astype("uint8")
    labels[:, :, :3][::2] = 255
    depth = rng.uniform(-1, 9, (8, 4, 6, 1)).astype("float32")
    with strategy.scope():
        keras.utils.set_random_seed(0)
        inputs = keras.Input((4, 6, 3))
        outputs = {
            "segmentation": keras.layers.Conv2D(2, 1)(inputs),
            "depth": keras.layers.Conv2D(1, 1)(inputs),
        }
        model = keras.Model(inputs, outputs)
        model.compile(
            keras.optimizers.SGD(0.0),
            loss={"segmentation": PixelCrossEntropy(), "depth": DepthL1()},
            metrics={
                "segmentation": [SegmentationMetrics(["road", "car"])],
                "depth": [DepthMetrics()],
            },
        )
    data = tf.data.Dataset.from_tensor_slices((image, {"segmentation": labels, "depth": depth}))
    data = data.batch(4)
    return model.fit(data, validation_data=data, epochs=2, verbose=0).history

one = history(tf.distribute.get_strategy())
two = history(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
names = [k for k in one if k.startswith(("segmentation_", "depth_")) and not k.endswith("loss")]
for name in names:
    for key in (name, "val_" + name):
        np.testing.assert_allclose(one[key], two[key], rtol=1e-5, err_msg=key)
        np.testing.assert_allclose(one[key], one[name], rtol=1e-5, err_msg=key)
print(*sorted(names))
"""


@pytest.mark.slow
def test_log_keys_and_two_replicas():
    pytest.importorskip("tensorflow")
    done = subprocess.run(
        [sys.executable, "-c", TWO_OUTPUTS],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    summary = "abs_rel sq_rel rmse rmse_log log10 silog delta_1 delta_2 delta_3 mae"
    segmentation = "mean_iou fw_iou micro_iou pixel_accuracy mean_class_accuracy iou_road iou_car"
    expected = [f"depth_{key}" for key in summary.split()]
    expected += [f"segmentation_{key}" for key in segmentation.split()]
    assert done.stdout.split() == sorted(expected)


@pytest.mark.slow
def test_jax_without_tensorflow():
    out = jax_only.run("""
import jax, numpy as np
from auxnet_keras.metrics import DepthMetrics, SegmentationMetrics
metric = SegmentationMetrics(["road", "car"])
labels, logits = np.array([[[0, 1, 255, 7]]]), np.eye(2)[[[[0, 0, 1, 1]]]]
state = [v.value for v in metric.variables]
step = jax.jit(lambda state: metric.stateless_update_state(state, labels, logits))
scores = metric.stateless_result(step(step(state)))
print(float(scores["segmentation_iou_road"]), float(scores["segmentation_pixel_accuracy"]))
depth = DepthMetrics()
depth.update_state(np.array([[[2.0, -1.0, np.nan, 0.0]]]), np.full((1, 1, 4, 1), 3.0))
print(float(depth.result()["depth_abs_rel"]), float(depth.result()["depth_mae"]))
""")
    assert out.split() == ["0.5", "0.5", "0.5", "2.0"]
