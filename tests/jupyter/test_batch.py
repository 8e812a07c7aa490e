"""A batch as a picture, with what the network gets of it."""

import cv2
import numpy as np
import pytest

from auxnet_keras import data, plots
from auxnet_keras.errors import ConfigError
from auxnet_keras.jupyter import Picture, show_batch
from auxnet_keras.jupyter.picture import WIDEST

OPTIONS = {"size": (32, 48), "batch_size": 4, "augment": True}


@pytest.fixture
def grids(monkeypatch):
    """What is passed to `image_grid`, call by call."""
    calls = []

    def grid(rows, titles, **options):
        calls.append((rows, titles))
        return np.zeros((2, 2, 3), np.uint8)

    monkeypatch.setattr(plots, "image_grid", grid)
    return calls


def test_it_is_the_first_batch_of_the_chosen_epoch(grids, scenes):
    batches = data.arrays("street", scenes, **OPTIONS)
    shown = show_batch(batches, 3, epoch=2)
    assert shown.about == "street: batch 1 of epoch 2"
    next(iter(batches))  # looking took no pass: the first one
    images, _ = next(iter(batches))
    ((rows, titles),) = grids
    assert titles == ["image", "labels", "depth"]
    np.testing.assert_array_equal([row[0] for row in rows], images[:3])


def test_the_main_task_is_first_and_one_without_targets_is_left_out(grids, scenes, monkeypatch):
    batches = data.arrays("street", scenes, main="depth", **OPTIONS)
    show_batch(batches)
    assert grids[-1][1] == ["image", "depth", "labels"]
    kind = type(batches.plan)
    monkeypatch.setattr(kind, "indices_with", lambda self, task: [0] if task == "depth" else [])
    show_batch(batches)
    assert grids[-1][1] == ["image", "depth"]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"epoch": 0}, {"count": 1.5}])
def test_numbers_are_positive(scenes, wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        show_batch(data.arrays("street", scenes, **OPTIONS), **wrong)


def test_other_data_is_refused_with_the_remedy():
    with pytest.raises(ConfigError, match=r"what ak\.data\.load returned.*Received: list"):
        show_batch([1, 2])


def decoded(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)


def test_a_picture_shows_itself_and_is_saved_in_full(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (6, WIDEST, 3), dtype=np.uint8)
    picture = Picture(image, "noise")
    np.testing.assert_array_equal(decoded(picture._repr_png_()), image)
    assert repr(picture) == "Picture(about='noise')"
    wide = Picture(np.repeat(image, 2, axis=1), "wide")
    assert decoded(wide._repr_png_()).shape == (3, WIDEST, 3)
    saved = wide.save(tmp_path / "new" / "wide.png")
    np.testing.assert_array_equal(decoded(saved.read_bytes()), wide.image)
