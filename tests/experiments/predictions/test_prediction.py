"""Predictions of a user's own images: the files, what they replace, and what cannot be read."""

import json
import os

import cv2
import numpy as np
import pytest

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments import load_run, predict, train
from tests.data import makers
from tests.experiments.predictions.fakes import ALWAYS, Fake, files_of, read, written
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


def test_the_files_of_an_image(trained, photos, tmp_path):
    out = tmp_path / "out"
    assert predict(trained, [photos], out) == [photos / "a.jpg", photos / "b.png"]
    assert written(out) == files_of("a", "b") | ALWAYS
    for name, size in (("a", (40, 90)), ("b", (50, 70))):
        for ending, shape, dtype in (
            ("classes.png", size, np.uint8),
            ("confidence.png", size, np.uint8),
            ("depth16.png", size, np.uint16),
            ("overlay.png", (*size, 3), np.uint8),
            ("depth.png", (*size, 3), np.uint8),
        ):
            picture = read(out / f"{name}_{ending}")
            assert (picture.shape, picture.dtype) == (shape, dtype), ending
    image = read(photos / "b.png")[..., ::-1]
    expected = trained.predictor(image, confidence=True)
    np.testing.assert_array_equal(read(out / "b_classes.png"), expected.classes)
    np.testing.assert_allclose(
        read(out / "b_confidence.png") / 255, expected.confidence, atol=0.5 / 255 + 1e-6
    )
    assert read(out / "b_confidence.png").min() >= np.floor(255 / 13)


def test_depth_is_read_back_in_its_unit(trained, photos, tmp_path):
    predict(trained, [photos / "b.png"], tmp_path / "out")
    depth = np.load(tmp_path / "out" / "b_depth.npy")
    assert depth.dtype == np.float32
    np.testing.assert_array_equal(depth, trained.predictor(read(photos / "b.png")[..., ::-1]).depth)
    record = json.loads((tmp_path / "out" / "predictions.json").read_text())
    assert record["depth"]["unit"] == trained.depth_unit
    scale = record["depth"]["png_scale"]
    stored = read(tmp_path / "out" / "b_depth16.png")
    inside = (depth > scale) & (depth < 65535 * scale)
    assert inside.mean() > 0.5
    np.testing.assert_allclose((stored * scale)[inside], depth[inside], atol=scale / 2 + 1e-6)


def test_classes_have_names_and_colours(trained, photos, tmp_path):
    predict(trained, [photos / "b.png"], tmp_path / "out")
    info = trained.info
    classes = json.loads((tmp_path / "out" / "predictions.json").read_text())["classes"]
    assert [one["name"] for one in classes] == list(info.class_names)
    legend = read(tmp_path / "out" / "legend.png")[..., ::-1]
    for number, one in enumerate(classes):
        assert one["id"] == number and one["colour"] == info.palette[number].tolist()
        assert (legend == one["colour"]).all(axis=-1).any()


def test_a_network_without_a_task_writes_nothing_for_it(trained, photos, tmp_path):
    run = load_run(trained.path)
    fake = Fake()
    fake.tasks = ("depth",)
    run.__dict__["predictor"] = fake
    predict(run, [photos / "b.png"], tmp_path / "out")
    assert written(tmp_path / "out") == {
        *("b_depth.png", "b_depth16.png", "b_depth.npy", "predictions.json")
    }


def test_subfolders_are_kept_so_that_equal_names_do_not_collide(trained, photos, tmp_path):
    other = photos / "day 1" / "ü"
    other.mkdir(parents=True)
    (other / "b.png").write_bytes((photos / "a.jpg").read_bytes())
    (photos / "day 1" / "loop").symlink_to(photos)
    predict(trained, [photos], tmp_path / "out")
    assert written(tmp_path / "out") == files_of("a", "b", "day 1/ü/b") | ALWAYS
    assert read(tmp_path / "out" / "day 1" / "ü" / "b_classes.png").shape == (40, 90)


def test_two_images_of_one_name_are_refused(trained, photos, tmp_path):
    (photos / "a.png").write_bytes((photos / "b.png").read_bytes())
    (photos / "sub").mkdir()
    (photos / "sub" / "b.png").write_bytes((photos / "b.png").read_bytes())
    for paths in ([photos], [photos / "b.png", photos / "sub" / "b.png"]):
        with pytest.raises(ConfigError, match=r"under one name, [ab]_classes.png") as caught:
            predict(trained, paths, tmp_path / "out")
        assert str(photos / "a.jpg") in str(caught.value) or str(paths[1]) in str(caught.value)
    assert not (tmp_path / "out").exists()
    predict(trained, [photos / "sub", f"{photos}/a.jpg"], tmp_path / "out")


def test_photos_are_turned_upright_unless_asked_not_to(trained, photos, tmp_path):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(photos / "a.jpg").save(photos / "t.jpg", exif=exif)
    predict(trained, [photos / "t.jpg"], tmp_path / "up")
    predict(trained, [photos / "t.jpg"], tmp_path / "stored", upright=False)
    assert read(tmp_path / "up" / "t_classes.png").shape == (90, 40)
    assert read(tmp_path / "stored" / "t_classes.png").shape == (40, 90)


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_input_is_ever_replaced(trained, photos, tmp_path):
    (photos / "b_depth.png").write_bytes((photos / "b.png").read_bytes())
    before = snapshot(tmp_path)
    for out in (photos, photos.parent):
        with pytest.raises(ConfigError, match="was not written by `auxnet predict`"):
            predict(trained, [photos], out)
    assert snapshot(tmp_path) == before


def test_again_into_a_folder_inside_the_one_searched(trained, photos):
    for _ in range(2):
        assert len(predict(trained, [photos], photos / "out")) == 2
        assert written(photos / "out") == files_of("a", "b") | ALWAYS
    assert len(predict(trained, [f"{photos}/**/*.png"], photos / "more")) == 1


def test_an_improved_model_replaces_the_predictions(trained, photos, tmp_path):
    predict(trained, [photos], tmp_path / "out")
    run = load_run(trained.path)
    run.__dict__["predictor"] = Fake()
    predict(run, [photos], tmp_path / "out")
    assert (read(tmp_path / "out" / "b_classes.png") == 1).all()


@pytest.fixture
def bad(photos):
    """Files that cannot be read, among the good ones."""
    whole = {name: (photos / name).read_bytes() for name in ("a.jpg", "b.png")}
    for name, content in {
        "c.png": whole["b.png"][:200],
        "d.jpg": whole["a.jpg"][: len(whole["a.jpg"]) // 2],
        "e.png": b"",
        "f.png": makers.bomb(),
        "g.jpg": scan_bomb(),
        "text.mp4": b"text\n" * 99,
    }.items():
        (photos / name).write_bytes(content)
    os.mkfifo(photos / "h.png")
    (photos / "i.png").symlink_to(photos / "none")
    return ["c.png", "d.jpg", "e.png", "f.png", "g.jpg", "h.png", "i.png", "text.mp4"]


def test_what_cannot_be_read_is_named_and_the_rest_is_done(trained, photos, bad, tmp_path, caplog):
    with pytest.raises(DataError, match=r"8 of 10 files could not .* and 5 more\.$") as caught:
        predict(trained, [photos], tmp_path / "out")
    assert "the others were predicted" in str(caught.value)
    assert str(photos / "c.png") in str(caught.value)
    for name, line in zip(bad, caplog.messages, strict=True):
        assert str(photos / name) in line and "Received: " in line
    assert written(tmp_path / "out") == files_of("a", "b") | ALWAYS


def test_one_bad_image_alone(trained, photos, tmp_path, caplog):
    (photos / "c.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"1 of 1 images could not be read; none was predicted"):
        predict(trained, [photos / "c.png"], tmp_path / "out")
    assert "Empty file" in caplog.text


def test_wrong_settings_are_said_before_anything_is_written(trained, photos, tmp_path):
    for wrong, says in (
        ({"depth": photos}, "leave out --depth"),
        ({"paths": [photos, "none.png"]}, "No image"),
    ):
        with pytest.raises((ConfigError, DataError), match=says):
            predict(trained, **{"paths": [photos], "out": tmp_path / "out", **wrong})
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written(trained, photos, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="Nothing can be saved in"):
        predict(trained, [photos], tmp_path / "file" / "out")

    from auxnet_keras.experiments.predictions import pictures

    def full(path, *_, **__):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(pictures, "write_file", full)
    with pytest.raises(DataError, match=r"a_classes.png could not be written: the disk is full"):
        predict(trained, [photos], tmp_path / "out")


def test_two_processes_do_not_write_into_one_folder(trained, photos, tmp_path):
    from filelock import FileLock

    (tmp_path / "out").mkdir()
    with FileLock(tmp_path / "out" / ".lock"), pytest.raises(ConfigError, match="Another process"):
        predict(trained, [photos], tmp_path / "out")


def test_a_thousand_images_in_the_memory_of_one(trained, tmp_path, monkeypatch):
    from auxnet_keras.experiments.predictions import job

    reads = []
    original = job.read_image
    monkeypatch.setattr(
        job, "read_image", lambda path, **options: reads.append(path) or original(path)
    )
    _, pixel = cv2.imencode(".png", np.zeros((2, 2, 3), np.uint8))
    for number in range(1000):
        place = tmp_path / "imgs" / f"{number % 10}" / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(pixel.tobytes())
    run = load_run(trained.path)
    run.__dict__["predictor"] = fake = Fake()
    assert len(predict(run, [tmp_path / "imgs"], tmp_path / "out")) == 1000
    assert fake.calls == len(reads) == len(set(reads)) == 1000
    assert fake.most <= 2
    assert len(written(tmp_path / "out")) == 6002


def test_ctrl_c_leaves_whole_files_and_the_next_call_does_the_rest(trained, photos, tmp_path):
    run = load_run(trained.path)
    run.__dict__["predictor"] = Fake(interrupt_at=2)
    with pytest.raises(KeyboardInterrupt):
        predict(run, [photos], tmp_path / "out")
    assert written(tmp_path / "out") == files_of("a") | ALWAYS
    predict(trained, [photos], tmp_path / "out")
    assert written(tmp_path / "out") == files_of("a", "b") | ALWAYS


def test_fusenet_takes_depth_from_its_data_or_from_a_folder(settings, scenes, tmp_path, caplog):
    run = train(settings(epochs=1, model="fusenet", weighting="none"))
    from auxnet_keras import data

    frame = data.source("street", scenes).frames("val")[0]
    predict(run, [frame.image], tmp_path / "own")
    image = read(frame.image)
    stray = tmp_path / "imgs" / "day" / "stray.png"
    stray.parent.mkdir(parents=True)
    cv2.imwrite(str(stray), image)
    depths = tmp_path / "depths"
    for paths, depth, says in (
        ([stray], None, "--depth"),
        ([frame.image, stray], None, "--depth"),
        ([tmp_path / "imgs"], tmp_path / "none", "must be a folder"),
    ):
        with pytest.raises((ConfigError, DataError), match=says):
            predict(run, paths, tmp_path / "stray", depth=depth)
    assert not (tmp_path / "stray").exists()
    (depths / "day").mkdir(parents=True)
    for content, says in (
        (None, "Cannot read"),
        (b"text", "Not a PNG"),
        (stray.read_bytes(), "16-bit"),
        (frame.depth.read_bytes()[:200], "Truncated"),
    ):
        if content is not None:
            (depths / "day" / "stray.png").write_bytes(content)
        caplog.clear()
        with pytest.raises(DataError, match="1 of 1 images"):
            predict(run, [tmp_path / "imgs"], tmp_path / "stray", depth=depths)
        assert says in caplog.text and str(depths / "day" / "stray.png") in caplog.text
    (depths / "day" / "stray.png").write_bytes(frame.depth.read_bytes())
    predict(run, [tmp_path / "imgs"], tmp_path / "stray", depth=depths)
    np.testing.assert_array_equal(
        read(tmp_path / "own" / f"{frame.image.stem}_classes.png"),
        read(tmp_path / "stray" / "day" / "stray_classes.png"),
    )
    (stray.parent / "film.mp4").write_bytes(b"")
    with pytest.raises(ConfigError, match="a video does not have"):
        predict(run, [tmp_path / "imgs"], tmp_path / "film", depth=depths)
