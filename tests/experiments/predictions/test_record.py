"""The record of a folder: nothing but predictions of the same image is replaced."""

import json

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.predictions.record import (
    Record,
    check_is_ours,
    claim,
    read_record,
    source_of,
)

CLASSES = [{"id": 0, "name": "road", "colour": [1, 2, 3]}]
MEANING = {"classes": CLASSES, "depth": {"unit": "metres", "png_scale": 1 / 256}}


def record(**sources):
    return Record(MEANING, {f"{name}_classes.png": source for name, source in sources.items()})


def test_what_is_claimed_is_read(tmp_path):
    claim(tmp_path / "out", record(a="/imgs/a.png"))
    assert read_record(tmp_path / "out") == record(a="/imgs/a.png")
    content = json.loads((tmp_path / "out" / "predictions.json").read_text())
    assert content["files"] == {"/imgs/a.png": ["a_classes.png"]}
    assert content["classes"] == CLASSES and content["depth"]["png_scale"] * 256 == 1


def test_later_predictions_are_added(tmp_path):
    claim(tmp_path, record(a="/imgs/a.png"))
    claim(tmp_path, record(b="/imgs/b.png", a="/imgs/a.png"))
    assert read_record(tmp_path) == record(a="/imgs/a.png", b="/imgs/b.png")


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "photo.png").write_text("mine")
    for refuse in (lambda: check_is_ours(tmp_path), lambda: claim(tmp_path, record(a="/a.png"))):
        with pytest.raises(ConfigError, match=r"not empty .*Received: photo.png\.$"):
            refuse()
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


def test_new_and_empty_folders_are_free(tmp_path):
    (tmp_path / ".DS_Store").write_text("")
    assert check_is_ours(tmp_path) is None
    assert check_is_ours(tmp_path / "new") is None


def test_a_file_that_no_prediction_wrote_is_never_replaced(tmp_path):
    claim(tmp_path, record(a="/imgs/a.png"))
    (tmp_path / "b_classes.png").write_text("mine")
    with pytest.raises(ConfigError, match=r"b_classes.png exists"):
        claim(tmp_path, record(b="/imgs/b.png"))
    (tmp_path / "b_frames").mkdir()
    with pytest.raises(ConfigError, match=r"b_frames.* exists"):
        claim(tmp_path, Record(MEANING, {"b_frames/": "/imgs/b.mp4"}))
    assert read_record(tmp_path) == record(a="/imgs/a.png")


def test_another_image_of_the_same_name_is_refused(tmp_path):
    claim(tmp_path, record(a="/day1/a.png"))
    with pytest.raises(ConfigError, match=r"another image, /day1/a.png.*Received: '/day2/a.png'"):
        claim(tmp_path, record(a="/day2/a.png"))


@pytest.mark.parametrize(
    "other", [{**MEANING, "classes": None}, {**MEANING, "depth": {"unit": "raw", "png_scale": 1}}]
)
def test_predictions_that_mean_something_else_are_not_mixed(tmp_path, other):
    claim(tmp_path, record(a="/imgs/a.png"))
    with pytest.raises(ConfigError, match="never mixed"):
        claim(tmp_path, Record(other, {"b_classes.png": "/imgs/b.png"}))


def test_files_in_a_folder_of_frames_have_its_source():
    sources = {"day/b_frames/": "/b.mp4", "a.png": "/a.png"}
    assert source_of("day/b_frames/000000_classes.png", sources) == "/b.mp4"
    assert source_of("day/b_frames/", sources) == "/b.mp4"
    assert source_of("a.png", sources) == "/a.png"
    assert source_of("day/b.png", sources) is None
