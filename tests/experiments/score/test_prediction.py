"""Predictions on a user's own images."""

import os

import cv2
import numpy as np
import pytest

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments import predict, train
from auxnet_keras.experiments.score.prediction import find_images
from tests.data import makers
from tests.safety.makers import scan_bomb


@pytest.fixture
def photos(tmp_path):
    """Two images of different sizes in a folder, and a file that is not an image."""
    folder = tmp_path / "photos"
    folder.mkdir()
    generator = np.random.default_rng(0)
    for name, size in (("b.png", (50, 70)), ("a.jpg", (40, 90))):
        image = generator.integers(0, 256, (*size, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / name), image)
    (folder / "notes.txt").write_text("no image")
    return folder


def test_files_folders_and_patterns_are_found(photos):
    a, b = photos / "a.jpg", photos / "b.png"
    assert find_images([b, a]) == [b, a]
    assert find_images([photos]) == [a, b]
    assert find_images([str(photos / "*.png")]) == [b]


@pytest.mark.parametrize("path", ["none.png", "*.tif", "empty"])
def test_nothing_there_gets_a_sentence(tmp_path, path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="No image found"):
        find_images([tmp_path / path])


def test_class_map_overlay_and_depth_at_the_images_size(trained, photos, tmp_path):
    out = tmp_path / "out"
    assert len(predict(trained, [photos], out)) == 2
    for name, size in (("a", (40, 90)), ("b", (50, 70))):
        classes = cv2.imread(str(out / f"{name}_classes.png"), cv2.IMREAD_UNCHANGED)
        assert (classes.shape, classes.dtype) == (size, np.uint8)
        assert classes.max() < 13
        for kind in ("overlay", "depth"):
            picture = cv2.imread(str(out / f"{name}_{kind}.png"), cv2.IMREAD_UNCHANGED)
            assert picture.shape == (*size, 3)
    image = cv2.imread(str(photos / "b.png"))[..., ::-1]
    expected = trained.predictor(image).classes
    np.testing.assert_array_equal(
        cv2.imread(str(out / "b_classes.png"), cv2.IMREAD_UNCHANGED), expected
    )


def test_images_of_one_name_are_told_apart_by_their_folders(trained, photos, tmp_path):
    other = tmp_path / "more"
    other.mkdir()
    (other / "b.png").write_bytes((photos / "b.png").read_bytes())
    predict(trained, [photos / "b.png", other / "b.png"], tmp_path / "out")
    assert (tmp_path / "out" / "photos_b_classes.png").is_file()
    assert (tmp_path / "out" / "more_b_classes.png").is_file()
    (photos / "a.png").write_bytes((photos / "b.png").read_bytes())
    with pytest.raises(ConfigError, match="under one name") as caught:
        predict(trained, [photos], tmp_path / "out")
    assert str(photos / "a.png") in str(caught.value)
    assert str(photos / "a.jpg") in str(caught.value)


def test_a_file_given_twice_is_one_image(photos):
    assert find_images([photos / "b.png", str(photos / "*.png"), photos / "." / "b.png"]) == [
        photos / "b.png"
    ]


def test_nothing_is_written_when_one_image_is_damaged(trained, photos, tmp_path):
    (photos / "c.png").write_bytes((photos / "b.png").read_bytes()[:200])
    with pytest.raises(DataError, match=r"c.png"):
        predict(trained, [photos], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_depth_for_a_network_without_such_an_input_is_refused(trained, photos, tmp_path):
    with pytest.raises(ConfigError, match="leave out --depth"):
        predict(trained, [photos], tmp_path / "out", depth=photos)


def test_fusenet_takes_depth_from_its_data_or_from_a_folder(settings, scenes, tmp_path):
    run = train(settings(epochs=1, model="fusenet", weighting="none"))
    from auxnet_keras import data

    frame = data.source("street", scenes).frames("val")[0]
    predict(run, [frame.image], tmp_path / "own")
    image = cv2.imread(str(frame.image))
    stray = tmp_path / "stray.png"
    cv2.imwrite(str(stray), image)
    with pytest.raises(ConfigError, match="--depth"):
        predict(run, [stray], tmp_path / "stray")
    depths = tmp_path / "depths"
    depths.mkdir()
    with pytest.raises(DataError, match=r"Cannot read .*stray.png"):
        predict(run, [stray], tmp_path / "stray", depth=depths)
    with pytest.raises(DataError, match="must be a folder"):
        predict(run, [stray], tmp_path / "stray", depth=tmp_path / "none")
    for content, says in (
        (b"text", "Not a PNG"),
        (stray.read_bytes(), "16-bit"),
        (frame.depth.read_bytes()[:200], "Truncated"),
    ):
        (depths / "stray.png").write_bytes(content)
        with pytest.raises(DataError, match=says):
            predict(run, [stray], tmp_path / "stray", depth=depths)
    (depths / "stray.png").write_bytes(frame.depth.read_bytes())
    predict(run, [stray], tmp_path / "stray", depth=depths)
    own = cv2.imread(str(tmp_path / "own" / f"{frame.image.stem}_classes.png"), -1)
    np.testing.assert_array_equal(own, cv2.imread(str(tmp_path / "stray/stray_classes.png"), -1))


@pytest.mark.parametrize("name", ["bomb.png", "bomb.jpg", "pipe.png"])
def test_bombs_are_refused_before_anything_is_written(trained, photos, tmp_path, name):
    bad = photos / name
    if name == "pipe.png":
        os.mkfifo(bad)
    else:
        bad.write_bytes(makers.bomb() if name == "bomb.png" else scan_bomb())
    with pytest.raises(DataError, match=rf"{name}.*Received: (60000x60000|10,0\d\d scans|a pipe)"):
        predict(trained, [photos], tmp_path / "out")
    assert not (tmp_path / "out").exists()
