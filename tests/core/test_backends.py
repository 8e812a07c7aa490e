"""The core trains on JAX where TensorFlow is missing, to the same numbers as on TensorFlow."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.toys import toy_batches, toy_model


@pytest.fixture(scope="module")
def on_jax(run_program):
    pytest.importorskip("jax")
    fast = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}  # halves the time to compile
    return run_program("without_tensorflow", KERAS_BACKEND="jax", **fast)[0]


@pytest.mark.slow
def test_core_trains_without_tensorflow(on_jax):
    assert not on_jax["tensorflow_imported"]
    assert np.isfinite(on_jax["auxnet"]["loss"])


@pytest.mark.slow
def test_a_bad_batch_moves_nothing_without_tensorflow(on_jax):
    outcome = on_jax["bad_numbers"]
    assert outcome["skipped"] == [1.0]
    assert outcome["moved"] == [False, True]
    assert outcome["finite"]
    assert outcome["sound"]
    assert outcome["error"].startswith(
        "Bad numbers in batch 2 of epoch 1: the segmentation loss and the depth loss are not finite"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fixed", "twb", "ftwb", "class_wise"])
def test_jax_and_tensorflow_agree(on_jax, name):
    weighting = {
        "fixed": lambda: ak.weighting.FixedWeights({"segmentation": 4.0, "depth": 1.0}),
        "twb": ak.weighting.TaskWeightBalancing,
        "ftwb": ak.weighting.FocusedTaskWeightBalancing,
        "class_wise": lambda: ak.weighting.ClassWiseWeighting(
            depth_bins=[5.0, 10.0, 20.0], step_size=0.005, start_epoch=0, window=2
        ),
    }[name]()
    model = toy_model(batch_norm=False)
    initial = np.random.default_rng(0)
    model.set_weights([initial.normal(0, 0.1, w.shape) for w in model.get_weights()])
    model.compile(keras.optimizers.SGD(1e-3))
    history = model.fit(
        *toy_batches(6),
        batch_size=4,
        shuffle=False,
        verbose=0,
        callbacks=[weighting],
        validation_data=toy_batches(1, seed=1),
    ).history
    for task, weight in weighting.weights.items():
        assert on_jax[name]["weights"][task] == pytest.approx(weight, rel=1e-4)
    assert set(on_jax[name]["history"]) == set(history)
    for key, values in history.items():
        assert on_jax[name]["history"][key] == pytest.approx(values[-1], rel=1e-3, nan_ok=True), key
