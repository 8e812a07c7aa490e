"""Depth bins: measured edges against NumPy, and the authors' edges in other units."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.callbacks.probe_gradients import first_batch
from auxnet_keras.data.batches import Batches
from auxnet_keras.data.bin_presets import PRESETS
from auxnet_keras.errors import ConfigError, DataError
from tests.experiments.fixtures import scenes  # noqa: F401


def batches(*depths):
    return [(None, {"depth": np.asarray(depth, np.float32)}) for depth in depths]


@pytest.fixture
def measured():
    """Four batches of depths with a long tail, a third of them missing."""
    generator = np.random.default_rng(0)
    depth = generator.exponential(20.0, (4, 2, 40, 60, 1)).astype(np.float32)
    depth[generator.random(depth.shape) < 0.3] = -1.0
    depth[0, 0, 0, :3, 0] = np.nan, np.inf, -np.inf
    return batches(*depth), depth[np.isfinite(depth) & (depth >= 0)]


@pytest.mark.parametrize("count", [2, 5, 64])
def test_quantiles(measured, count):
    dataset, valid = measured
    edges = ak.data.depth_bins(dataset, count)
    assert edges.dtype == np.float32
    assert len(edges) == count - 1
    position = np.searchsorted(np.sort(valid), edges)
    np.testing.assert_allclose(position, np.arange(1, count) * valid.size / count, atol=3)
    pixels = np.bincount(np.digitize(valid, edges), minlength=count)
    np.testing.assert_allclose(pixels, valid.size / count, atol=5)


def test_uniform_and_log(measured):
    dataset, valid = measured
    edges = ak.data.depth_bins(dataset, 4, "uniform")
    np.testing.assert_allclose(edges, np.linspace(valid.min(), valid.max(), 5)[1:-1], rtol=1e-6)
    edges = ak.data.depth_bins(dataset, 4, rule="log")
    np.testing.assert_allclose(edges, np.geomspace(valid.min(), valid.max(), 5)[1:-1], rtol=1e-6)


def test_a_depth_of_0_has_no_logarithm():
    dataset = batches([0.0, -0.0, 1.0, 10.0, 100.0])
    np.testing.assert_allclose(ak.data.depth_bins(dataset, 2, "log"), [10.0], rtol=1e-6)
    np.testing.assert_allclose(ak.data.depth_bins(dataset, 2, "uniform"), [50.0])
    np.testing.assert_allclose(ak.data.depth_bins(dataset, 4), [1.0, 10.0, 100.0], rtol=1e-4)


@pytest.mark.parametrize(("common", "count"), itertools.product(range(1, 6), range(2, 6)))
def test_a_depth_with_most_pixels_leaves_no_bin_empty(common, count):
    depths = np.array([1.0, 2, 3, 4, 5, *[common] * 95])
    edges = ak.data.depth_bins(batches(depths), count)
    assert (np.diff(edges) > 0).all()
    assert np.bincount(np.digitize(depths, edges), minlength=count).min() > 0


def test_quantiles_of_16_bit_disparities_are_depths_that_occur():
    stored = np.random.default_rng(0).integers(1, 30000, 20000)
    edges = ak.data.depth_bins(batches(stored / 256), 8)
    expected = np.quantile(stored / 256, np.arange(1, 8) / 8)
    np.testing.assert_allclose(edges, expected, rtol=1e-3)


def test_loaded_data_sets_count_no_epoch(tmp_path):
    ak.data.street.write(tmp_path, 6, 0)
    options = {"size": (32, 64), "batch_size": 2}
    loaded = ak.data.load("street", tmp_path, **options)
    arrays = ak.data.arrays("street", tmp_path, **options)
    loaded.epoch.assign(3)
    arrays.epoch.assign(3)
    edges = ak.data.depth_bins(loaded, 6)
    np.testing.assert_array_equal(edges, ak.data.depth_bins(arrays, 6))
    assert int(loaded.epoch) == int(arrays.epoch) == 3
    assert (np.diff(edges) > 0).all()


def test_every_process_measures_the_depths_of_all(scenes):  # noqa: F811
    """Edges of the rows of one process would differ from process to process."""
    options = {"split": "train", "size": (64, 96), "batch_size": 4}
    alone = ak.data.arrays("street", scenes, **options)
    edges = ak.data.depth_bins(alone, 4)
    for index in range(2):
        shared = Batches(alone.plan, part=(index, 2))
        np.testing.assert_array_equal(ak.data.depth_bins(shared, 4), edges)
        first, expected = first_batch(shared), first_batch(alone)
        np.testing.assert_array_equal(first[1]["depth"], expected[1]["depth"])
        assert int(shared.epoch) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1,), "2 or more"),
        ((2.0,), "2 or more"),
        ((True,), "2 or more"),
        ((4, "quantiles"), "did you mean 'quantile'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ConfigError, match=message):
        ak.data.depth_bins(batches([1.0, 2.0]), *arguments)


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (batches([5.0, 5.0, -1.0]), "1 distinct depths in 2 pixels"),
        (batches([-1.0, np.nan]), "0 distinct depths in 0 pixels"),
        ([], "0 distinct depths"),
        ([(np.zeros(3), {"segmentation": np.zeros(3)})], "Received: dict"),
        ([np.zeros(3)], "Received: NoneType"),
    ],
)
def test_data_that_cannot_be_binned(dataset, message):
    with pytest.raises(DataError, match=message):
        ak.data.depth_bins(dataset, 3)


def test_a_data_set_without_an_end():
    dataset = tf.data.Dataset.from_tensors((0.0, {"depth": [1.0]})).repeat()
    with pytest.raises(ConfigError, match="a finite data set"):
        ak.data.depth_bins(dataset, 3)


# --- The authors' edges --------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "edges"), [("vkitti", 14), ("nyuv2", 10), ("cityscapes", 13)])
@pytest.mark.parametrize("unit", [None, "metres", "inverse_depth"])
def test_presets_increase_in_every_unit(name, edges, unit):
    found = ak.data.preset_bins(name, unit)
    assert (found.shape, found.dtype) == ((edges,), np.float32)
    assert found[0] > 0
    assert (np.diff(found) > 0).all()


def test_presets_by_hand():
    vkitti = ak.data.preset_bins("vkitti")
    assert vkitti.tolist() == [6, 8, 10, 14, 18, 23, 31, 40, 49, 59, 92, 147, 236, 655]
    inverse = ak.data.preset_bins("vkitti", "inverse_depth")
    np.testing.assert_allclose(inverse, 1 / vkitti[::-1], rtol=1e-6)
    assert ak.data.preset_bins("nyuv2").tolist() == list(range(1, 11))
    assert ak.data.preset_bins("cityscapes").tolist() == list(range(10, 131, 10))
    metres = ak.data.preset_bins("cityscapes", "metres")
    np.testing.assert_allclose(metres[-1], 2262.52 * 0.209313 / 10, rtol=1e-6)


def test_a_disparity_follows_the_width():
    narrow = ak.data.preset_bins("cityscapes", width=256)
    np.testing.assert_allclose(narrow, ak.data.preset_bins("cityscapes") / 8, rtol=1e-6)
    same = ak.data.preset_bins("cityscapes", "metres", width=256)
    np.testing.assert_array_equal(same, ak.data.preset_bins("cityscapes", "metres"))


@pytest.mark.parametrize(
    ("name", "unit", "message"),
    [
        ("nyu", None, "did you mean 'nyuv2'"),
        ("nyuv2", "disparity_px", "no counterpart in disparity_px"),
        ("vkitti", "raw", "no counterpart in raw"),
        ("vkitti", "feet", "Unknown depth unit"),
    ],
)
def test_bad_presets(name, unit, message):
    with pytest.raises(ConfigError, match=message):
        ak.data.preset_bins(name, unit)


def test_presets_know_their_cameras():
    for name, preset in PRESETS.items():
        assert (preset.stereo is None) == (name == "nyuv2")
