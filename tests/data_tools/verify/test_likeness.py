"""Look-alikes by their thumbnails, against correlations computed pair by pair."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from auxnet_keras.data.frame import Frame
from data_tools.verify import likeness
from data_tools.verify.duplicates import duplicates
from data_tools.verify.frame_checks import Checked


@pytest.mark.parametrize("block", [3, 7, 100])
def test_nearest_is_the_largest_correlation(monkeypatch, block):
    monkeypatch.setattr(likeness, "_BLOCK", block)
    rng = np.random.default_rng(0)
    known = rng.integers(0, 256, (17, 50)).astype(np.uint8)
    asked = rng.integers(0, 256, (9, 50)).astype(np.uint8)
    table = np.corrcoef(asked, known)[:9, 9:]
    values, places = likeness.nearest(asked, known)
    np.testing.assert_allclose(values, table.max(axis=1), atol=1e-5)
    assert places.tolist() == table.argmax(axis=1).tolist()
    table = np.tril(np.corrcoef(known) + 2, -1) - 2  # -2 where there is nothing earlier
    values, places = likeness.nearest_earlier(known)
    assert values[0] == -1
    np.testing.assert_allclose(values[1:], table.max(axis=1)[1:], atol=1e-5)
    assert places[1:].tolist() == table.argmax(axis=1)[1:].tolist()


def test_one_colour_is_like_nothing():
    grey = np.full((2, 50), 7, np.uint8)
    assert likeness.nearest(grey, grey)[0].tolist() == [0, 0]


def frames(images, start=0):
    """Frames and what `check_frame` finds out about their images."""
    made, checked = [], {}
    for number, image in enumerate(images, start=start):
        small = cv2.resize(image, (48, 16), interpolation=cv2.INTER_AREA)
        made.append(Frame(f"{number}", Path(f"{number}.png"), None, None))
        checked[f"{number}"] = Checked(digest=f"{number}", thumbnail=small.tobytes().hex())
    return made, checked


def picture(seed):
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 24)).astype(np.uint8)
    return cv2.resize(coarse, (320, 96), interpolation=cv2.INTER_CUBIC)


def resaved(image, quality):
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)


def test_look_alikes_of_one_split_are_one_warning():
    images = [picture(seed) for seed in range(6)]
    images += [resaved(images[1], 80), resaved(images[4], 80), resaved(images[1], 60)]
    train, checked = frames(images)
    (problem,) = duplicates(train, [], checked)
    assert (problem.level, problem.code, problem.path) == ("warning", "look_alikes", "6.png")
    assert problem.sentence == (
        "looks almost the same as 1.png; it is the first of 3 such images in train"
    )
    (problem,) = duplicates([], train[:7], checked)
    assert problem.sentence == "looks almost the same as 1.png, also in val"


def test_neighbours_in_a_video_are_no_look_alikes():
    image = picture(0)
    moved = [np.roll(image, shift, axis=1) for shift in range(0, 30, 3)]
    train, checked = frames(moved)
    assert duplicates(train, [], checked) == []


def test_a_look_alike_in_each_split():
    train, checked = frames([picture(seed) for seed in range(4)])
    val, more = frames([picture(9), resaved(picture(2), 50)], start=4)
    (problem,) = duplicates(train, val, checked | more)
    assert (problem.code, problem.path) == ("look_alike_across_splits", "5.png")
    assert "looks like 2.png, in train" in problem.sentence
