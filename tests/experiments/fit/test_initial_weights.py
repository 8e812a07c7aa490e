"""Starting from the best weights of an earlier run."""

import shutil

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import train
from auxnet_keras.experiments.fit.initial_weights import start_from_run
from auxnet_keras.experiments.run.network import network


def test_it_starts_with_the_runs_best_weights_in_either_direction(trained, settings):
    config = settings(weights=str(trained.path), main="depth", weighting="none")
    model = network(config, trained.info.class_names)
    start_from_run(model, config, "metres")
    image = np.random.default_rng(0).integers(0, 256, (1, 32, 64, 3), dtype=np.uint8)
    ours, theirs = model(image), trained.model()(image)
    for task in ("segmentation", "depth"):
        np.testing.assert_array_equal(ours[task], theirs[task])


def test_a_training_goes_on_from_it_and_resumes_without_it(trained, settings, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(trained.path, base)
    config = settings(weights=str(base), weighting="none", epochs=1, learning_rate=1e-9)
    run = train(config)
    # With so small a step the first epoch ends where the other run's best weights were.
    best = min(trained.history["val_segmentation_loss"])
    assert run.history["val_segmentation_loss"][0] == pytest.approx(best, rel=0.2)
    assert str(base) in (run.path / "log.txt").read_text()
    shutil.rmtree(base)
    (run.path / "results.json").unlink()
    assert train(config).results["segmentation"] == run.results["segmentation"]


def test_another_unit_of_depth_is_said(trained, settings, caplog):
    config = settings(weights=str(trained.path), weighting="none")
    model = network(config, trained.info.class_names)
    start_from_run(model, config, "inverse_depth")
    assert "was trained with depth in metres; from here on depth is in inverse_depth" in caplog.text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model": "segnet"}, "model auxnet, not segnet"),
        ({"backbone": "small"}, "backbone tiny, not small"),
        ({"single_task": True}, "tasks depth and segmentation, not segmentation"),
    ],
)
def test_another_network_is_refused(trained, settings, changes, says):
    config = settings(weights=str(trained.path), **{"weighting": "none", **changes})
    with pytest.raises(ConfigError, match=says):
        start_from_run(network(config, trained.info.class_names), config, "metres")


def test_another_number_of_classes_is_refused(trained, settings):
    config = settings(weights=str(trained.path), weighting="none")
    model = network(config, trained.info.class_names[:-1])
    with pytest.raises(ConfigError, match=r"on 13 classes .* this data has 12"):
        start_from_run(model, config, "metres")


def test_a_run_without_weights_and_no_run_are_told(trained, settings, tmp_path):
    shutil.copytree(trained.path, tmp_path / "base")
    (tmp_path / "base" / "best.weights.h5").unlink()
    config = settings(weights=str(tmp_path / "base"), weighting="none")
    model = network(config, trained.info.class_names)
    with pytest.raises(ConfigError, match="no trained weights yet"):
        start_from_run(model, config, "metres")
    (tmp_path / "empty").mkdir()
    config = settings(weights=str(tmp_path / "empty"), weighting="none")
    with pytest.raises(ConfigError, match="Not a run folder"):
        start_from_run(model, config, "metres")
