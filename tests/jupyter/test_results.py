"""Predictions of a run as pictures: which frames, and in which order."""

import numpy as np
import pytest

from auxnet_keras import data, plots
from auxnet_keras.data.contents import fingerprint
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.predictor import Prediction
from auxnet_keras.experiments.run.run import load_run
from auxnet_keras.jupyter import show_results, show_top_losses
from tests.experiments.fake_runs import write_run


@pytest.fixture
def run(tmp_path, scenes):
    """A run of street scenes that predicts class 1 and a depth of 10 everywhere."""
    source = data.source("street", scenes)
    validated = fingerprint(source, source.frames("val"))
    settings = {"root": str(scenes), "model": "auxnet"}
    found = load_run(write_run(tmp_path / "run", fingerprint=validated, **settings))

    def predict(image, depth=None, *, confidence=False):
        shape = image.shape[:2]
        return Prediction(np.ones(shape, np.uint8), np.full(shape, 10.0, np.float32))

    predict.depth_unit, predict.tasks = "metres", ("segmentation", "depth")
    found.predictor = predict
    return found


@pytest.fixture
def grids(monkeypatch):
    """What is passed to `image_grid`, call by call."""
    calls = []

    def grid(rows, titles, *, captions=(), **options):
        calls.append((len(rows), titles, list(captions)))
        return np.zeros((2, 2, 3), np.uint8)

    monkeypatch.setattr(plots, "image_grid", grid)
    return calls


def names(run):
    return [frame.name for frame in run.config.source().frames("val")]


def test_results_are_evenly_spaced_frames_of_the_validation(run, grids):
    every = names(run)
    assert len(every) == 4
    assert show_results(run, 2).about == "run: 2 of 4 frames"
    count, titles, captions = grids[-1]
    assert count == 2 and captions == [every[0], every[-1]]
    assert titles == [
        "image",
        *("truth", "prediction", "wrong class"),
        *("true depth", "predicted depth", "depth error"),
    ]
    show_results(run, 9)
    assert grids[-1][2] == every
    show_results(run, 1)
    assert grids[-1][2] == every[:1]


def test_the_worst_come_first_with_their_scores(run, grids):
    every = names(run)
    lines = [f"{name},{name}.png,0.{number + 1}" for number, name in enumerate(every)]
    (run.path / "per_image.csv").write_text("\n".join(["image,file,mean_iou", *lines]) + "\n")
    assert show_top_losses(run, 3).about == "run: the worst 3 images"
    count, titles, captions = grids[-1]
    assert count == 3 and titles[:3] == ["image", "truth", "prediction"]
    expected = [f"mean IoU 0.{n + 1}00    {every[n]}" for n in range(3)]
    assert captions == expected


def test_what_is_not_there_is_refused(run, tmp_path):
    with pytest.raises(ConfigError, match="Not a run folder"):
        show_results(tmp_path / "absent")
    with pytest.raises(ConfigError, match="count"):
        show_results(run, 0)
    with pytest.raises(ConfigError, match="Unknown score"):
        show_top_losses(run, by="beauty")
