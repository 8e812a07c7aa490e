"""The picture strip: which depth is brightest, and which columns there are."""

import types
from pathlib import Path

import numpy as np
import pytest

from auxnet_keras import plots
from auxnet_keras.data.frame import Frame, Sample
from auxnet_keras.experiments.outputs import strip
from auxnet_keras.experiments.run.predictor import Prediction
from auxnet_keras.plots.errors import WRONG


@pytest.mark.parametrize(
    ("unit", "stored", "expected"),
    [
        ("metres", "metres", 2.0),
        ("inverse_depth", "metres", 100.0),
        ("disparity_px", "disparity_px", 100.0),
        ("raw", "metres", 2.0),
        ("raw", "disparity_px", 100.0),
    ],
)
def test_near_is_brightest_in_every_unit(unit, stored, expected):
    near, far = np.full((10, 10, 1), 100.0), np.full((10, 10, 1), 2.0)
    missing = np.full((10, 10, 1), -1.0)
    assert strip.brightest([near, far, missing], unit, stored) == expected


def test_a_scale_without_any_depth():
    assert strip.brightest([np.full((2, 2), -1.0), np.full((2, 2), np.nan)], "metres", "m") is None


def test_a_long_name_keeps_its_end():
    assert strip.short_name(frame("a" * 60)) == "a" * 60
    assert strip.short_name(frame("b" * 50 + "/000012_10")) == "b" * 50 + "/000012_10"
    assert strip.short_name(frame("b" * 60 + "/000012")) == "..." + "b" * 50 + "/000012"


def frame(name):
    return Frame(name, Path(name), None, None)


@pytest.fixture
def drawn(monkeypatch):
    """What is passed to `image_grid`."""
    given = {}
    monkeypatch.setattr(
        strip.plots, "image_grid", lambda *a, **options: given.update(cells=a, **options)
    )
    monkeypatch.setattr(strip.plots, "write_png", lambda *_: None)
    return given


TRUE = np.full((4, 6, 1), 0.1, np.float32)
TRUE[0] = 0.4
SAMPLE = Sample(np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6), np.uint8), TRUE)
INFO = types.SimpleNamespace(
    palette=np.array([[9, 9, 9], [99, 9, 9]], np.uint8), class_names=("a", "b"), depth_unit="metres"
)
SOURCE = types.SimpleNamespace(frames=lambda *_: [frame("first")], read=lambda *_: SAMPLE)


def run(tasks, depth, weight=1.0, main="segmentation"):
    classes = np.zeros((4, 6), np.uint8) if "segmentation" in tasks else None
    return types.SimpleNamespace(
        config=types.SimpleNamespace(
            tasks=tasks, main=main, auxiliary_first=None, seed=0, limit=None, ignore_void=True
        ),
        history={f"val_{main}_loss": [1.0], "weight_depth": [weight]},
        depth_unit="inverse_depth",
        info=INFO,
        predictor=lambda image, depth_input: Prediction(classes, depth),
    )


BOTH = ("segmentation", "depth")


def test_true_and_predicted_depth_share_their_colours(drawn, tmp_path):
    alone, both = run(("segmentation",), None), run(BOTH, TRUE[..., 0])
    strip.strip({"SegNet": alone, "AuxNet": both}, SOURCE, tmp_path / "strip.png")
    (row,), titles = drawn["cells"]
    assert titles == ["image", "truth", "SegNet", "AuxNet", "true depth", "predicted depth"]
    np.testing.assert_array_equal(row[4], row[5])
    np.testing.assert_array_equal(row[4], plots.colour_depth(TRUE, 0.4))
    (bar,) = drawn["bars"]
    assert (bar.title, dict(bar.ticks)[1.0]) == ("depth [m]", "2.5")
    assert not drawn["captions"]


def test_a_single_run_has_its_errors_and_the_names_of_its_frames(drawn, tmp_path):
    strip.strip({"auxnet": run(BOTH, 2 * TRUE[..., 0])}, SOURCE, tmp_path / "strip.png")
    (row,), titles = drawn["cells"]
    assert titles == [
        "image",
        *("truth", "prediction", "wrong class"),
        *("true depth", "predicted depth", "depth error"),
    ]
    assert (row[3] != WRONG).any(axis=-1).all()
    # Twice the inverse depth is half the distance.
    np.testing.assert_array_equal(row[6][0, 0], plots.depth_error_bar().colours[0])
    assert drawn["captions"] == ["first"] and len(drawn["bars"]) == 2


def test_a_run_has_only_its_own_tasks_and_the_main_one_first(drawn, tmp_path):
    path = tmp_path / "strip.png"
    strip.strip({"segnet": run(("segmentation",), None)}, SOURCE, path)
    assert drawn["cells"][1] == ["image", "truth", "prediction", "wrong class"]
    assert not drawn["bars"]
    strip.strip({"depth": run(("depth",), TRUE[..., 0], main="depth")}, SOURCE, path)
    assert drawn["cells"][1] == ["image", "true depth", "predicted depth", "depth error"]
    assert drawn["class_names"] == ()
    strip.strip({"swap": run(BOTH[::-1], TRUE[..., 0], main="depth")}, SOURCE, path)
    assert drawn["cells"][1][1:5] == ["true depth", "predicted depth", "depth error", "truth"]
    # Depth was trained first only: the encoder has moved away from its decoder.
    strip.strip({"first": run(BOTH, TRUE[..., 0], 0.0)}, SOURCE, path)
    assert drawn["cells"][1] == ["image", "truth", "prediction", "wrong class"]
    assert not drawn["bars"]
