import json

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.data.readers import street as street_source
from auxnet_keras.errors import ConfigError, DataError


@pytest.mark.parametrize(
    ("kind", "classes", "unit"),
    [
        ("kitti", 12, "disparity_px"),
        ("synthia", 13, "metres"),
        ("street", 13, "metres"),
        ("cityscapes", 12, "disparity_px"),
        ("cityscapes-19", 19, "disparity_px"),
        ("cityscapes-34", 34, "disparity_px"),
        ("vkitti", 12, "metres"),
        ("vkitti-14", 14, "metres"),
        ("vkitti-scenes", 12, "metres"),
        ("nyuv2", 13, "metres"),
        ("nyuv2-40", 40, "metres"),
        ("vkitti-14-scenes", 14, "metres"),
    ],
)
def test_info(kind, classes, unit):
    info = ak.data.info(kind)
    assert info.kind == kind and info.ignore_label == 255
    assert info.palette.shape == (info.num_classes, 3) and info.palette.dtype == np.uint8
    assert (info.num_classes, info.depth_unit) == (classes, unit)
    assert len(set(info.class_names)) == classes
    assert info.licence and info.citation


def test_unknown_kind_and_missing_root():
    with pytest.raises(ConfigError, match="did you mean 'kitti'"):
        ak.data.source("kiti", "x")
    with pytest.raises(ConfigError, match="did you mean 'kitti'"):
        ak.data.info("kiti")
    with pytest.raises(ConfigError, match="kitti data set needs its folder"):
        ak.data.source("kitti")
    with pytest.raises(ConfigError, match="folder data set needs its folder"):
        ak.data.info("folder")
    with pytest.raises(DataError, match="No folder at"):
        ak.data.source("synthia", "/does/not/exist")


def test_functions_are_not_hidden_by_modules():
    import auxnet_keras.data.readers.base
    import auxnet_keras.data.wrapped_errors  # noqa: F401

    assert all(callable(getattr(ak.data, name)) for name in ("source", "info", "sentence"))


@pytest.fixture
def few_scenes(monkeypatch):
    monkeypatch.setattr(street_source, "SCENES", 10)


def test_street_draws_once(few_scenes, tmp_path, caplog):
    caplog.set_level("INFO", "auxnet_keras")
    root = tmp_path / "street"
    source = ak.data.source("street", root)
    assert [len(source.frames(split)) for split in ("all", "train", "val")] == [10, 8, 2]
    sample = source.read(source.frames("val")[0])
    assert sample.image.shape == (224, 384, 3)
    assert set(np.unique(sample.segmentation)) <= {*range(1, 13), 255}
    road = sample.segmentation == 3
    assert road.any() and (sample.depth[..., 0][road] > 0).all()
    pictures = sorted(root.rglob("RGB/**/*.png"))
    pictures[0].unlink()  # as after an interruption
    before = {path: path.stat().st_mtime_ns for path in pictures[1:]}
    ak.data.source("street", root).frames("all")
    assert pictures[0].is_file()
    assert {path: path.stat().st_mtime_ns for path in pictures[1:]} == before
    ak.data.source("street", root).frames("all")
    drawn = [message.split(": ")[1] for message in caplog.messages]
    assert drawn == ["drawing 10 of 10 street scenes", "drawing 1 of 10 street scenes"]


def test_street_without_a_folder_uses_the_users_cache(few_scenes, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    source = ak.data.source("street")
    assert source.root.is_relative_to(tmp_path / "auxnet_keras")
    assert len(source.frames("all")) == 10


def test_street_reads_scenes_of_other_settings(few_scenes, tmp_path):
    ak.data.street.write(tmp_path / "mine", 2, seed=3, size=(64, 96))
    source = ak.data.source("street", tmp_path / "mine")
    assert len(source.frames("all")) == 2
    assert json.loads((tmp_path / "mine" / "street.json").read_text())["seed"] == 3


def test_street_in_kittis_layout_is_read_as_kitti(tmp_path):
    ak.data.street.write(tmp_path, 2, seed=0, layout="kitti", size=(64, 96))
    source = ak.data.source("kitti", tmp_path)
    frame = source.frames("all")[0]
    assert source.read(frame, "metres").depth.max() > 1
    with pytest.raises(DataError, match="No SYNTHIA frame"):
        ak.data.source("street", tmp_path).frames()


def test_the_range_of_depths_is_a_fact_of_the_data_set():
    ranges = {
        kind: (ak.data.info(kind).scored_metres, ak.data.info(kind).farthest_metres)
        for kind in ("kitti", "synthia", "vkitti-14", "cityscapes-19", "nyuv2", "nyuv2-40")
    }
    indoors = {kind for kind, found in ranges.items() if found == (10.0, 10.0)}
    assert indoors == {"nyuv2", "nyuv2-40"}
    assert {ranges[kind] for kind in ranges if kind not in indoors} == {(80.0, 655.35)}
