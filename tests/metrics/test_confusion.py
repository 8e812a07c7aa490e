"""Confusion matrices in NumPy, for evaluation."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics import confusion
from tests.oracles import segmentation as oracle

NAMES = ["sky", "road", "car"]


def maps(seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, (6, 9)).astype("uint8")
    truth[rng.random(truth.shape) < 0.3] = 255
    return truth, rng.integers(0, 3, (6, 9))


def test_count_is_the_independent_librarys():
    truth, prediction = maps()
    used = truth < 255
    np.testing.assert_array_equal(
        confusion.count_pairs(truth, prediction, 3), confusion_matrix(truth[used], prediction[used])
    )


def test_other_ids_do_not_count():
    truth = np.array([[0, 1, 2, 3, -1, 255]])
    got = confusion.count_pairs(truth, np.zeros((1, 6), "uint8"), 3, ignore_label=2)
    np.testing.assert_array_equal(got, [[1, 0, 0], [1, 0, 0], [0, 0, 0]])
    assert not confusion.count_pairs(np.full((2, 2), 255), np.zeros((2, 2), int), 3).any()


def test_images_add_up():
    pairs = [maps(0), maps(1)]
    total = sum(confusion.count_pairs(*pair, 3) for pair in pairs)
    truth, prediction = (np.concatenate(part) for part in zip(*pairs, strict=True))
    assert confusion.scores(total, NAMES) == pytest.approx(oracle.scores(truth, prediction, NAMES))


def test_micro_iou_follows_from_accuracy():
    got = confusion.scores(confusion.count_pairs(*maps(), 3), NAMES)
    assert got["micro_iou"] == pytest.approx(got["pixel_accuracy"] / (2 - got["pixel_accuracy"]))


def test_perfect_and_empty():
    perfect = confusion.scores(np.diag([5, 0, 7]), NAMES)
    assert [perfect[k] for k in ("mean_iou", "fw_iou", "micro_iou")] == [1.0, 1.0, 1.0]
    assert np.isnan(perfect["iou_road"])
    assert np.isnan(list(confusion.scores(np.zeros((3, 3), int), NAMES).values())).all()


def test_bad_input():
    truth, prediction = maps()
    with pytest.raises(ConfigError, match="same size"):
        confusion.count_pairs(truth, prediction[1:], 3)
    with pytest.raises(ConfigError, match=r"must be in 0\.\.2\. Received: 0\.\.9"):
        confusion.count_pairs(np.array([0, 1]), np.array([0, 9]), 3)
