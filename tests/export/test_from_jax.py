"""A run of JAX is exported in a process of TensorFlow, and gives what JAX predicts."""

import numpy as np
import pytest
import tensorflow as tf

from auxnet_keras.cli import main
from tests.experiments.fake_runs import write_run


@pytest.mark.slow
def test_the_saved_model_gives_the_class_maps_of_jax(run_program, tmp_path, monkeypatch):
    pytest.importorskip("jax")
    # The size of the images: nothing is resized.
    run = write_run(tmp_path / "run", backend="jax", model="auxnet", size=(64, 96))
    environment = {
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # halves the time to compile
    }
    said = run_program("weights_and_maps", str(run), str(tmp_path / "seen.npz"), **environment)
    assert said == ["jax"]

    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # which the command sets
    with pytest.raises(SystemExit) as end:
        main(["export", str(run), "--out", str(tmp_path / "export")])
    assert end.value.code == 0
    network = tf.saved_model.load(str(tmp_path / "export" / "saved_model" / "1"))
    with np.load(tmp_path / "seen.npz") as seen:
        images, expected = seen["images"], seen["maps"]
    maps = network.serve(tf.constant(images))["class_map"].numpy()
    assert maps.shape == expected.shape and len(np.unique(expected)) > 3
    assert np.mean(maps == expected) > 0.999  # where two classes tie, the rounding decides
