import shutil

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import auxnet_keras as ak
from auxnet_keras.data.readers.folder import FolderSource
from auxnet_keras.data.readers.folder_spec import EXAMPLE, read_spec
from auxnet_keras.errors import ConfigError, DataError
from tests.data import makers

SPEC = {
    "images": "rgb",
    "labels": "labels",
    "depth": {"files": "depth", "unit": "metres", "scale": 0.01, "invalid": [0, 65535]},
    "classes": {0: "void", 7: "road", 9: "road", 26: {"name": "truck", "color": [1, 2, 3]}},
    "ignore": [255],
}


def write_spec(root, spec):
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset.yaml").write_text(spec if isinstance(spec, str) else yaml.safe_dump(spec))


def changed(**values):
    return {key: value for key, value in (SPEC | values).items() if value is not None}


def write_frame(root, name, places=("rgb", "labels", "depth")):
    makers.write_png(root / places[0] / f"{name}.png", makers.picture(1))
    ids = np.full((32, 48), 9, np.uint8)
    ids[0], ids[1], ids[2] = 26, 255, 0
    makers.write_png(root / places[1] / f"{name}.png", ids)
    depth = np.full((32, 48), 250, np.uint16)
    depth[0], depth[1] = 0, 65535
    makers.write_png(root / places[2] / f"{name}.png", depth)


@pytest.fixture
def root(tmp_path):
    write_spec(tmp_path, SPEC)
    for name in ("a/1", "a/2", "b/1"):
        write_frame(tmp_path, name)
    return tmp_path


def test_info_and_values(root):
    source = FolderSource(root)
    assert source.info.class_names == ("void", "road", "truck")
    assert source.info.palette.tolist() == [[0, 0, 0], [128, 64, 128], [1, 2, 3]]
    assert source.info.depth_unit == "metres"
    assert ak.data.info("folder", root).class_names == source.info.class_names
    frames = source.frames("all")
    assert [(f.name, f.sequence) for f in frames] == [("a/1", "a"), ("a/2", "a"), ("b/1", "b")]
    sample = source.read(frames[0])
    assert sample.segmentation[:4, 0].tolist() == [2, 255, 255, 1]
    assert source.read(frames[0], ignore_void=False).segmentation[:4, 0].tolist() == [2, 255, 0, 1]
    np.testing.assert_allclose(sample.depth[:3, 0, 0], [-1, -1, 2.5])
    assert {f.name for f in source.frames("val")} == {"b/1"}


def test_patterns_pair_what_their_wildcards_stand_for(tmp_path):
    write_spec(
        tmp_path,
        changed(
            images="*/rgb/*_left.jpg",
            labels="*/ids/*.png",
            depth=SPEC["depth"] | {"files": "z/**/d_*.png"},
        ),
    )
    image = tmp_path / "s1/rgb/07_left.jpg"
    image.parent.mkdir(parents=True)
    cv2.imwrite(str(image), makers.picture(0))
    makers.write_png(tmp_path / "s1/ids/07.png", np.full((32, 48), 7, np.uint8))
    makers.write_png(tmp_path / "z/s1/d_07.png", np.full((32, 48), 7, np.uint16))
    makers.write_png(tmp_path / "s1/ids/08.png", np.full((32, 48), 7, np.uint8))
    (frame,) = FolderSource(tmp_path).frames("all")
    assert (frame.name, frame.image) == ("s1/07", image)
    assert frame.label == tmp_path / "s1/ids/07.png"
    assert frame.depth == tmp_path / "z/s1/d_07.png"


def test_two_files_for_one_name(root):
    cv2.imwrite(str(root / "rgb/a/1.jpg"), makers.picture(0))
    with pytest.raises(DataError, match="Two files for the frame 'a/1'"):
        FolderSource(root).frames()


def test_without_depth(root):
    write_spec(root, changed(depth=None))
    source = FolderSource(root)
    assert (source.read(source.frames("all")[0]).depth == -1).all()


def test_disparity_to_metres_needs_a_calibration(root):
    disparity = {"files": "depth", "unit": "disparity_px", "scale": 0.1}
    write_spec(root, changed(depth=disparity))
    source = FolderSource(root)
    with pytest.raises(DataError, match=r"depth\.focal and depth\.baseline"):
        source.read(source.frames("all")[0], "metres")
    write_spec(root, changed(depth=disparity | {"focal": 500, "baseline": 0.5}))
    source = FolderSource(root)
    depth = source.read(source.frames("all")[0], "metres").depth
    assert depth[5, 5, 0] == pytest.approx(10.0)


def test_lists(root):
    write_spec(root, changed(split={"train": "train.txt", "val": "val.txt"}))
    (root / "train.txt").write_text("b/1\n\na/2\n")
    (root / "val.txt").write_text("a/1\n")
    source = FolderSource(root)
    assert [f.name for f in source.frames("train")] == ["a/2", "b/1"]
    assert [f.name for f in source.frames("val")] == ["a/1"]
    (root / "val.txt").write_text("a/1\nb/1\n")
    with pytest.raises(DataError, match=r"in both lists.*'b/1'"):
        source.frames("train")
    (root / "val.txt").write_text("a/11\n")
    with pytest.raises(DataError, match=r"val\.txt.*such as 'a/1'.*Received: 'a/11'"):
        source.frames("train")
    (root / "val.txt").unlink()
    with pytest.raises(DataError, match=r"val\.txt.*No such file"):
        source.frames("train")


def test_one_sequence_is_cut_by_the_ratio(tmp_path):
    write_spec(tmp_path, changed(split={"ratio": 0.5}))
    for number in range(20):
        makers.write_png(tmp_path / f"rgb/{number:03d}.png", makers.picture(0))
    source = FolderSource(tmp_path)
    assert [len(source.frames(split)) for split in ("train", "val", "all")] == [9, 10, 20]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("images: [", r"file: expected plain YAML"),
        ("7", "the file: expected keys and values. Received: 7"),
        (changed(image="x"), "Unknown key.*did you mean 'images'.*Received: 'image'"),
        (changed(images=None), "images: expected a folder.*no such key"),
        (changed(labels=3), "labels: expected a folder.*Received: 3"),
        (changed(classes=["road"]), "classes: expected label ids and names"),
        (changed(classes={70000: "road"}), r"classes\.70000: expected a label id, 0 to 65535"),
        (changed(classes={"road": 3}), r"classes\.road: expected a label id"),
        (changed(classes={1: "a\nb"}), r"classes\.1\.name: expected a class name on one line"),
        (changed(classes={1: "a\x1b[31m"}), r"classes\.1\.name: expected a class name"),
        (changed(classes={1: "a\r"}), r"classes\.1\.name: expected a class name on one line"),
        (changed(classes={1: {"nam": "x"}}), "did you mean 'name'"),
        (changed(classes={1: {"name": "x", "color": [1, 2]}}), r"classes\.1\.color: expected"),
        (changed(ignore=[7]), r"ignore: expected ids that are not in classes. Received: \[7\]"),
        (changed(depth={"files": "d"}), r"depth\.unit: expected one of.*no such key"),
        (changed(depth={"files": "d", "unit": "meters"}), "did you mean 'metres'"),
        (changed(depth={"unit": "metres"}), r"depth\.files: expected a folder"),
        (changed(depth=SPEC["depth"] | {"scale": 0}), r"depth\.scale: expected a positive"),
        (changed(depth=SPEC["depth"] | {"focal": 3}), r"depth\.baseline: expected a positive"),
        (changed(depth=SPEC["depth"] | {"scales": 1}), "did you mean 'scale'"),
        (changed(split={"ratio": 1.5}), r"split\.ratio: expected the share of validation frames"),
        (changed(split={"val": "a"}), r"split\.train: expected a text file"),
        (changed(split={"train": "a", "val": "b", "ratio": 0.1}), "split: expected either"),
        (changed(split=0.2), "split: expected keys and values. Received: 0.2"),
        ("a: " + "[" * 5000, "file: expected plain YAML"),
        ("a: 2001-99-99", "Unknown key.*Received: 'a'"),
    ],
)
def test_wrong_specs_name_the_key(tmp_path, spec, message):
    write_spec(tmp_path, spec)
    with pytest.raises(DataError, match=message) as error:
        FolderSource(tmp_path)
    assert "dataset.yaml" in str(error.value) and "\n" not in str(error.value)


def test_missing_file_points_to_the_example(tmp_path):
    with pytest.raises(DataError, match=r"No dataset.yaml.*dataset.example.yaml"):
        FolderSource(tmp_path)
    shutil.copy(EXAMPLE, tmp_path / "dataset.yaml")
    spec = read_spec(tmp_path)
    assert spec.table.names == ("road", "car") and spec.encoding.scale == 0.01
    assert spec.ratio == 0.2 and spec.calibration.focal == 720


def test_aliases_cannot_fill_the_memory_or_the_message(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    write_spec(tmp_path, "\n".join([*lines, "images: *a11"]))
    with pytest.raises(DataError) as error:
        FolderSource(tmp_path)
    assert len(str(error.value)) < 1000


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
NAMES = st.sampled_from([*SPEC, "split", "files", "unit", "name", "color", "train", "x", 1])
VALUES = st.recursive(
    LEAVES, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=4)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from([*SPEC, "split"]), VALUES, max_size=3), st.booleans())
def test_any_spec_reads_or_is_our_error(tmp_path, values, complete):
    write_spec(tmp_path, yaml.safe_dump((SPEC if complete else {}) | values))
    try:
        read_spec(tmp_path)
    except (DataError, ConfigError) as error:
        assert str(error)


def test_no_images(tmp_path):
    write_spec(tmp_path, SPEC)
    with pytest.raises(DataError, match=r"images: 'rgb'.*Received: dataset\.yaml"):
        FolderSource(tmp_path).frames()


def test_the_index_of_a_palette_is_the_id(root):
    makers.write_palette_png(root / "labels/a/1.png", np.full((32, 48), 7))
    source = FolderSource(root)
    assert (source.read(source.frames("all")[0]).segmentation == 1).all()


def test_load(root):
    image, targets = next(iter(ak.data.arrays("folder", root, split="all", size=(16, 24))))
    assert image.shape == (3, 16, 24, 3) and set(np.unique(targets["segmentation"])) <= {1, 2, 255}


def test_depth_alone(root):
    write_spec(root, changed(labels=None, classes=None, ignore=None))
    source = FolderSource(root)
    assert source.info.class_names == () and source.label_place == "'labels' of dataset.yaml"
    frames = source.frames("all")
    assert [frame.label for frame in frames] == [None] * 3
    sample = source.read(frames[0])
    assert (sample.segmentation == 255).all()
    assert sample.depth[2, 0, 0] == np.float32(2.5)
    with pytest.raises(DataError, match="has a label"):
        ak.data.load("folder", root, size=(16, 24), batch_size=1)


@pytest.mark.parametrize("left_out", ["labels", "classes"])
def test_half_a_description_of_labels(root, left_out):
    write_spec(root, changed(**{left_out: None}))
    with pytest.raises(DataError, match=f"{left_out}: expected"):
        FolderSource(root)


def test_neither_labels_nor_depth(root):
    write_spec(root, {"images": "rgb"})
    with pytest.raises(DataError, match="labels: expected"):
        FolderSource(root)
