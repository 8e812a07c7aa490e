"""A run that JAX trained, in a process of TensorFlow: exported, scored, and not trained further."""

import numpy as np
import pytest
import tensorflow as tf

from auxnet_keras.cli import main
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import evaluate, load_run, train
from tests.experiments.fixtures import (  # noqa: F401
    determinism_ends_with_the_test,
    scenes,
    tiny_backbone,
)
from tests.programs import jax_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(run_program, scenes, tiny_backbone, tmp_path_factory):  # noqa: F811
    """The run, and the class maps [N, H, W] that JAX predicts for its validation images."""
    pytest.importorskip("jax")
    folder = tmp_path_factory.mktemp("jax")
    environment = {
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # halves the time to compile
    }
    arguments = (str(scenes), str(folder / "run"), str(folder / "maps.npy"))
    assert run_program("jax_run", *arguments, **environment) == [{"tensorflow": False}]
    return load_run(folder / "run"), np.load(folder / "maps.npy")


def test_the_saved_model_gives_the_class_maps_of_jax(trained, tmp_path, monkeypatch):
    run, expected = trained
    assert run.manifest.content["backend"] == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # which the command sets
    with pytest.raises(SystemExit) as end:
        main(["export", str(run.path), "--out", str(tmp_path)])
    assert end.value.code == 0
    serve = tf.saved_model.load(str(tmp_path / "saved_model" / "1")).signatures["serve"]
    source = run.config.source()
    images = [source.read(frame).image for frame in source.frames("val", run.config.seed)]
    maps = serve(image=tf.constant(np.stack(images)))["class_map"].numpy()
    assert maps.shape == expected.shape and len(np.unique(expected)) > 1
    assert np.mean(maps == expected) > 0.999  # where two classes tie, the rounding decides


def test_it_scores_as_on_jax_and_does_not_go_on(trained, scenes):  # noqa: F811
    run, _ = trained
    found = evaluate(run)
    for task, name in (("segmentation", "mean_iou"), ("depth", "rmse")):
        assert found[task][name] == pytest.approx(run.results[task][name], rel=1e-3)
    longer = jax_run.config(str(scenes), str(run.path), epochs=2)
    with pytest.raises(ConfigError, match=r"was trained on jax, .* Set KERAS_BACKEND=jax"):
        train(longer)
