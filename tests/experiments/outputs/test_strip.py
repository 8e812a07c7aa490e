"""The picture strip: which depth is brightest, what the bar says, which columns there are."""

import types

import numpy as np
import pytest

from auxnet_keras import plots
from auxnet_keras.experiments.outputs import strip
from auxnet_keras.experiments.run.predictor import Prediction


@pytest.mark.parametrize(
    ("unit", "stored", "expected", "text"),
    [
        ("metres", "metres", 2.0, "near (2 m)"),
        ("inverse_depth", "metres", 100.0, "near (0.01 m)"),
        ("disparity_px", "disparity_px", 100.0, "near (100 px)"),
        ("raw", "metres", 2.0, "near"),
        ("raw", "disparity_px", 100.0, "near"),
    ],
)
def test_near_is_brightest_in_every_unit(unit, stored, expected, text):
    near, far = np.full((10, 10, 1), 100.0), np.full((10, 10, 1), 2.0)
    missing = np.full((10, 10, 1), -1.0)
    found = strip.brightest([near, far, missing], unit, stored)
    assert found == expected
    assert strip._near(found, unit) == text


def test_a_scale_without_any_depth():
    assert strip.brightest([np.full((2, 2), -1.0), np.full((2, 2), np.nan)], "metres", "m") is None
    assert strip._near(None, "metres") == "near"


def test_true_and_predicted_depth_share_their_colours(monkeypatch, tmp_path):
    true = np.full((4, 6, 1), 0.1, np.float32)
    true[0] = 0.4
    sample = types.SimpleNamespace(
        image=np.zeros((4, 6, 3), np.uint8), segmentation=np.zeros((4, 6, 1)), depth=true
    )
    info = types.SimpleNamespace(
        palette=np.zeros((2, 3), np.uint8), class_names=("a", "b"), depth_unit="metres"
    )

    def run(tasks, depth, weight=1.0):
        return types.SimpleNamespace(
            config=types.SimpleNamespace(
                tasks=tasks,
                main="segmentation",
                auxiliary_first=None,
                seed=0,
                limit=None,
                ignore_void=True,
            ),
            history={"val_segmentation_loss": [1.0], "weight_depth": [weight]},
            depth_unit="inverse_depth",
            info=info,
            predictor=lambda image, depth_input: Prediction(np.zeros((4, 6), np.uint8), depth),
        )

    source = types.SimpleNamespace(frames=lambda *_: ["frame"], read=lambda *_: sample)
    given = {}
    monkeypatch.setattr(
        strip.plots, "image_grid", lambda *a, **options: given.update(cells=a, **options)
    )
    monkeypatch.setattr(strip.plots, "write_png", lambda *_: None)
    alone, both = run(("segmentation",), None), run(("segmentation", "depth"), true[..., 0])
    strip.strip({"SegNet": alone, "AuxNet": both}, source, tmp_path / "strip.png")
    (row,), titles = given["cells"]
    assert titles == ["image", "truth", "SegNet", "AuxNet", "true depth", "predicted depth"]
    np.testing.assert_array_equal(row[4], row[5])
    np.testing.assert_array_equal(row[4], plots.colour_depth(true, 0.4))
    assert given["depth_ends"] == ("far", "near (2.5 m)")
    strip.strip({"SegNet": alone}, source, tmp_path / "strip.png")
    assert given["cells"][1] == ["image", "truth", "SegNet"]
    assert given["depth_ends"] is None
    # Depth was trained first only: the encoder has moved away from its decoder.
    strip.strip({"first": run(both.config.tasks, true[..., 0], 0.0)}, source, tmp_path / "s.png")
    assert given["cells"][1] == ["image", "truth", "first"]
    assert given["depth_ends"] is None
