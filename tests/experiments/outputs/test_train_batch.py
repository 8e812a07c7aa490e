"""The picture of the first batch: what it shows is what `load` gives the network."""

import numpy as np
import pytest

from auxnet_keras import data, plots
from auxnet_keras.experiments.outputs import train_batch


@pytest.fixture
def drawn(monkeypatch):
    """What is passed to `image_grid`."""
    given = {}

    def grid(rows, titles, **options):
        given.update(rows=rows, titles=titles, **options)
        return np.zeros((2, 2, 3), np.uint8)

    monkeypatch.setattr(train_batch.plots, "image_grid", grid)
    return given


PALETTE = plots.colour_blind_palette(13)
OPTIONS = {"size": (32, 48), "batch_size": 4, "seed": 3, "augment": True}


def test_it_shows_the_first_augmented_batch(drawn, scenes, tmp_path):
    batches = data.arrays("street", scenes, **OPTIONS)
    train_batch.draw_train_batch(
        batches.plan, ("segmentation", "depth"), PALETTE, tmp_path / "batch.png"
    )
    images, targets = next(iter(batches))
    assert drawn["titles"] == ["image", "labels", "depth"] and len(drawn["rows"]) == 4
    for row, image, labels in zip(drawn["rows"], images, targets["segmentation"], strict=True):
        np.testing.assert_array_equal(row[0], image)
        expected = plots.colour_labels(labels, PALETTE)
        np.testing.assert_array_equal(row[1], expected)
    scale = plots.DepthScale.of(list(targets["depth"]), "metres", far_is_large=True)
    np.testing.assert_array_equal(drawn["rows"][2][2], scale.colour(targets["depth"][2]))
    assert drawn["bars"][0].title == "depth [m]"
    assert (tmp_path / "batch.png").is_file()


def test_the_main_task_is_first_and_a_single_task_alone(drawn, scenes, tmp_path):
    plan = data.arrays("street", scenes, main="depth", **OPTIONS).plan
    train_batch.draw_train_batch(plan, ("depth", "segmentation"), PALETTE, tmp_path / "batch.png")
    assert drawn["titles"] == ["image", "depth", "labels"]
    train_batch.draw_train_batch(plan, ("depth",), PALETTE, tmp_path / "batch.png")
    assert drawn["titles"] == ["image", "depth"] and drawn["class_names"] == ()
    train_batch.draw_train_batch(plan, ("segmentation",), PALETTE, tmp_path / "batch.png")
    assert drawn["titles"] == ["image", "labels"] and not drawn["bars"]


def test_it_says_which_targets_the_network_does_not_get(drawn, scenes, tmp_path):
    batches = data.arrays("street", scenes, labels=2, extra_share=0.5, **OPTIONS)
    train_batch.draw_train_batch(
        batches.plan, ("segmentation", "depth"), PALETTE, tmp_path / "batch.png"
    )
    _, targets = next(iter(batches))
    without = [(labels == 255).all() for labels in targets["segmentation"]]
    assert sum(without) == 2
    assert [caption.endswith(", no labels") for caption in drawn["captions"]] == without


def test_a_large_batch_is_drawn_in_part(drawn, scenes, tmp_path):
    plan = data.arrays("street", scenes, **{**OPTIONS, "batch_size": 12}).plan
    train_batch.draw_train_batch(plan, ("segmentation",), PALETTE, tmp_path / "batch.png")
    assert len(drawn["rows"]) == train_batch.MOST
