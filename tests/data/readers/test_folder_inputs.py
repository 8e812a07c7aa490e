"""Folders as people keep them: what pairs, what is split how, and what is named when it fails."""

import logging
import re

import numpy as np
import pytest
import yaml
from PIL import Image

import auxnet_keras as ak
from auxnet_keras.data.readers.folder import FolderSource
from auxnet_keras.errors import DataError
from data_tools.verify.verification import verify
from tests.data import makers

CLASSES = {0: "sky", 1: "building", 3: "road"}
NAMES = tuple(f"f{number}" for number in range(6))


def ids_of(name):
    ids = np.random.default_rng(int(name[-1])).choice([0, 1, 3, 255], (makers.HEIGHT, makers.WIDTH))
    return ids.astype(np.uint8)


def describe(root, **spec):
    text = yaml.safe_dump({"images": "rgb", "labels": "labels", "classes": CLASSES} | spec)
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset.yaml").write_text(text)
    return FolderSource(root)


def images(root, place="rgb", names=NAMES):
    for name in names:
        makers.write_png(root / place / f"{name}.png", makers.picture(int(name[-1])))


def labels(root, place="labels", names=NAMES, ending=""):
    for name in names:
        makers.write_png(root / place / f"{name}{ending}.png", ids_of(name))


def read(source):
    return {frame.name: source.read(frame).segmentation for frame in source.frames("all")}


@pytest.fixture
def wanted(tmp_path):
    images(tmp_path / "wanted")
    labels(tmp_path / "wanted")
    return read(describe(tmp_path / "wanted"))


def check(source, wanted):
    found = read(source)
    assert set(found) == set(wanted)
    for name, segmentation in found.items():
        np.testing.assert_array_equal(segmentation, wanted[name])


@pytest.mark.parametrize("place", ["rgb", "rgb/*", "r*/*.png"])
def test_patterns_without_the_ending(tmp_path, wanted, place):
    images(tmp_path)
    labels(tmp_path)
    if place == "r*/*.png":
        labels(tmp_path, "gt/gb")
        source = describe(tmp_path, images=place, labels="gt/*")
        assert [frame.label for frame in source.frames("all")] == [None] * 6
    else:
        check(describe(tmp_path, images=place, labels="labels/*"), wanted)


def test_names_that_differ_in_case_or_form_pair(tmp_path):
    images(tmp_path)
    for name in NAMES:
        makers.write_png(tmp_path / "labels" / f"{name.upper()}.PNG", ids_of(name))
    assert all(frame.label for frame in describe(tmp_path).frames("all"))


def test_what_is_described_and_pairs_with_nothing_is_an_error(tmp_path):
    images(tmp_path)
    labels(tmp_path, ending="_L")
    describe(tmp_path)
    pattern = r'labels: "labels/\*_L\.png".*nearest to \'f0\' is .*labels/f0_L\.png'
    with pytest.raises(DataError, match=r"pairs 6 of them: " + pattern):
        ak.data.load("folder", tmp_path, batch_size=1, size=(16, 24))
    (problem,) = (p for p in verify(f"folder:{tmp_path}").problems if p.code == "absent")
    assert problem.level == "error" and '"labels/*_L.png"' in problem.sentence
    assert all(frame.label for frame in describe(tmp_path, labels="labels/*_L.png").frames("all"))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nothing", "no such folder"),
        ("rgb/f0.png", "a file: "),
        ("text", r"1 files of other kinds below .*, such as a\.txt"),
        ("labels/f[0-9].png", "Only \\* and \\*\\* are wildcards"),
    ],
)
def test_why_nothing_was_found(tmp_path, place, message):
    images(tmp_path)
    labels(tmp_path, ending="_mask")
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.txt").touch()
    describe(tmp_path, labels=place)
    with pytest.raises(DataError, match=message):
        ak.data.load("folder", tmp_path, batch_size=1, size=(16, 24))


def test_depth_that_is_described_and_missing_never_trains(tmp_path):
    images(tmp_path)
    labels(tmp_path)
    makers.write_png(tmp_path / "depth" / "f0_depth.png", np.ones((32, 48), np.uint16))
    describe(tmp_path, depth={"files": "depth", "unit": "metres"})
    with pytest.raises(DataError, match=r'pairs 1 of them: depth\.files: "depth/\*_depth\.png"'):
        ak.data.load("folder", tmp_path, batch_size=1, size=(16, 24))


def test_nothing_is_said_of_what_is_not_described(tmp_path, caplog):
    images(tmp_path)
    labels(tmp_path)
    describe(tmp_path)
    with caplog.at_level(logging.INFO):
        ak.data.load("folder", tmp_path, batch_size=1, size=(16, 24))
    assert "depth" not in caplog.text
    assert verify(f"folder:{tmp_path}").problems == []


@pytest.mark.parametrize("none", ["none", None])
def test_labels_none(tmp_path, none):
    images(tmp_path)
    for name in NAMES:
        makers.write_png(tmp_path / "depth" / f"{name}.png", np.full((32, 48), 9, np.uint16))
    source = describe(tmp_path, labels=none, depth={"files": "depth", "unit": "metres"})
    assert not source.declares("label") and source.declares("depth")
    assert [frame.depth is not None for frame in source.frames("all")] == [True] * 6
    with pytest.raises(DataError, match="labels, depth or both"):
        describe(tmp_path, labels=none)


def test_a_place_for_each_split(tmp_path, wanted):
    parts = {"train": NAMES[:3], "val": NAMES[3:5], "test": NAMES[5:]}
    for split, names in parts.items():
        images(tmp_path, split, names)
        labels(tmp_path, f"{split}annot", names)
    places = {split: split for split in parts}
    annotated = {split: f"{split}annot" for split in parts}
    source = describe(tmp_path, images=places, labels=annotated)
    for split, names in parts.items():
        assert [f.name for f in source.frames(split)] == [f"{split}/{name}" for name in names]
    assert len(source.frames("all")) == 6
    check(source, {f"{s}/{name}": wanted[name] for s, names in parts.items() for name in names})
    one_pattern = describe(tmp_path, images=places, labels="*annot/*.png")
    assert all(frame.label for frame in one_pattern.frames("all"))


def test_folders_of_splits_on_both_sides(tmp_path, wanted):
    for split, names in {"train": NAMES[:4], "val": NAMES[4:]}.items():
        images(tmp_path, f"img_dir/{split}", names)
        labels(tmp_path, f"ann_dir/{split}", names)
    by_place = describe(
        tmp_path,
        images={"train": "img_dir/train", "val": "img_dir/val"},
        labels="ann_dir",
    )
    by_name = describe(
        tmp_path, images="img_dir", labels="ann_dir", split={"train": "train/*", "val": "val/*"}
    )
    for source in (by_place, by_name):
        assert [len(source.frames(split)) for split in ("train", "val", "test")] == [4, 2, 0]
        check(source, {frame.name: wanted[frame.name[-2:]] for frame in source.frames("all")})


def test_labels_of_all_splits_in_one_folder(tmp_path, wanted):
    images(tmp_path, "train", NAMES[:4])
    images(tmp_path, "val", NAMES[4:])
    labels(tmp_path)
    source = describe(tmp_path, images={"train": "train", "val": "val"})
    check(source, {frame.name: wanted[frame.name[-2:]] for frame in source.frames("all")})


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"split": {"train": "x/*", "val": "f*"}}, "No frame name matches the pattern 'x/\\*'"),
        ({"images": {"train": "rgb", "val": "v"}, "split": {"ratio": 0.5}}, "expected no split"),
        ({"images": {"train": "rgb"}, "split": {"train": "x"}}, "split: expected no split"),
        ({"images": {"training": "rgb"}}, "did you mean 'train'"),
        ({"images": {}}, "images: expected a folder"),
        ({"labels": {"files": "labels", "stored": "colours"}}, "did you mean 'colors'"),
        ({"labels": {"files": "labels", "divide": 0}}, "labels.divide: expected an integer"),
        ({"labels": {"stored": "red"}}, "labels.files: expected a folder"),
        ({"labels": {"files": "labels", "train": "x"}}, "Unknown key under 'labels'"),
        ({"labels": {"files": "labels", "resize": "bilinear"}}, "labels.resize"),
        ({"others": "ignored"}, "did you mean 'ignore'"),
        ({"orientation": "up"}, "orientation in .*'upright'"),
        ({"depth": {"files": "d", "unit": "metres", "packed": "rbg"}}, "depth.packed"),
    ],
)
def test_wrong_descriptions_name_the_key(tmp_path, spec, message):
    images(tmp_path)
    labels(tmp_path)
    with pytest.raises(DataError, match=message):
        describe(tmp_path, **spec).frames("train")


def test_another_resolution_is_resized_on_request(tmp_path):
    images(tmp_path)
    for name in NAMES:
        half = np.arange(16 * 24, dtype=np.uint16).reshape(16, 24) + 1
        makers.write_png(tmp_path / "depth" / f"{name}.png", half)
    labels(tmp_path)
    depth = {"files": "depth", "unit": "disparity_px", "focal": 100, "baseline": 0.5}
    source = describe(tmp_path, depth=depth)
    with pytest.raises(DataError, match=r"Sizes differ.*resize: nearest.*Received: 24x16"):
        source.read(source.frames("all")[0])
    assert {p.code for p in verify(f"folder:{tmp_path}").problems} == {"other_size"}
    source = describe(tmp_path, depth=depth | {"resize": "nearest"})
    frame = source.frames("all")[0]
    pixels = source.read(frame).depth[..., 0]
    np.testing.assert_array_equal(pixels[::2, ::2], 2 * half)  # pixels of an image twice as wide
    np.testing.assert_array_equal(pixels[::2], pixels[1::2])
    metres = source.read(frame, "metres").depth[::2, ::2, 0]
    np.testing.assert_allclose(metres, 100 * 0.5 / (2.0 * half), rtol=1e-6)
    codes = {p.code for p in verify(f"folder:{tmp_path}").problems}
    assert "other_size" not in codes


def test_an_orientation_tag_is_named_and_turned_by_a_setting(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "rgb").mkdir()
    for name in NAMES:
        turned = np.rot90(makers.picture(int(name[-1])))  # as a camera held sideways stores it
        Image.fromarray(turned).save(tmp_path / "rgb" / f"{name}.png", exif=exif)
    labels(tmp_path)
    source = describe(tmp_path)
    with pytest.raises(DataError, match=r"orientation tag 6.*`orientation: upright`"):
        source.read(source.frames("all")[0])
    codes = {p.code for p in verify(f"folder:{tmp_path}").problems}
    assert codes == {"orientation", "other_size"}
    source = describe(tmp_path, orientation="upright")
    np.testing.assert_array_equal(source.read(source.frames("all")[0]).image, makers.picture(0))
    assert verify(f"folder:{tmp_path}").problems == []


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_24_bits_packed_into_three_channels(tmp_path, order):
    images(tmp_path)
    stored = np.random.default_rng(0).integers(1, 1 << 24, (32, 48))
    low = [stored & 255, stored >> 8 & 255, stored >> 16]
    channels = np.dstack(low if order == "rgb" else low[::-1]).astype(np.uint8)
    for name in NAMES:
        makers.write_png(tmp_path / "depth" / f"{name}.png", channels)
    depth = {"files": "depth", "unit": "metres", "scale": 1000 / (2**24 - 1)}
    source = describe(tmp_path, labels="none", depth=depth)
    with pytest.raises(DataError, match="packed: rgb"):
        source.read(source.frames("all")[0])
    source = describe(tmp_path, labels="none", depth=depth | {"packed": order})
    found = source.read(source.frames("all")[0]).depth[..., 0]
    np.testing.assert_allclose(found, stored * 1000 / (2**24 - 1), rtol=1e-6)


def test_floats_where_nan_is_not_measured(tmp_path):
    images(tmp_path)
    metres = np.random.default_rng(0).uniform(1, 50, (32, 48)).astype(np.float32)
    metres[0], metres[1], metres[2] = np.nan, np.inf, 0
    (tmp_path / "depth").mkdir()
    for name in NAMES:
        np.save(tmp_path / "depth" / f"{name}.npy", metres)
    source = describe(tmp_path, labels="none", depth={"files": "depth", "unit": "metres"})
    depth = source.read(source.frames("all")[0]).depth[..., 0]
    assert (depth[:3] == -1).all()
    np.testing.assert_array_equal(depth[3:], metres[3:])
    assert verify(f"folder:{tmp_path}").problems == []


def test_a_wrong_scale_is_warned_of(tmp_path):
    images(tmp_path)
    for name in NAMES:
        makers.write_png(tmp_path / "depth" / f"{name}.png", np.full((32, 48), 9, np.uint16))
    scaled = {"files": "depth", "unit": "metres", "scale": 0.001}
    describe(tmp_path, labels="none", depth=scaled)
    problems = verify(f"folder:{tmp_path}").problems
    assert {(p.level, p.code) for p in problems} == {("warning", "near_depth")}


def test_colours_of_a_class_may_be_several(tmp_path):
    images(tmp_path)
    masks = {0: (128, 128, 128), 1: (128, 0, 0), 3: (5, 6, 7), 255: (0, 0, 0)}
    for name in NAMES:
        rgb = np.array([masks[int(i)] for i in ids_of(name).ravel()], np.uint8)
        makers.write_png(tmp_path / "labels" / f"{name}.png", rgb.reshape(32, 48, 3))
    classes = {0: "sky", 1: {"name": "building", "color": [[128, 0, 0], [1, 1, 1]]}}
    source = describe(tmp_path, classes=classes | {3: {"name": "road", "color": [5, 6, 7]}})
    assert source.info.palette[1].tolist() == [128, 0, 0]
    found = read(source)["f0"]  # the colour of "sky" is CamVid's
    wanted = np.select([ids_of("f0") == i for i in (0, 1, 3)], [0, 1, 2], 255)
    np.testing.assert_array_equal(found, wanted)
    source = describe(tmp_path, classes=classes, others="ignore", ignore=[])
    assert set(np.unique(read(source)["f0"])) == {0, 1, 255}
    with pytest.raises(DataError, match=r"A colour of no class in .*\[5, 6, 7\]"):
        read(describe(tmp_path, classes=classes))
    both = {0: {"name": "a", "color": [1, 2, 3]}, 1: {"name": "b", "color": [1, 2, 3]}}
    with pytest.raises(DataError, match=r"classes\.1\.color: expected a colour of no other class"):
        describe(tmp_path, classes=both)


def test_a_description_one_level_off_is_named(tmp_path):
    images(tmp_path / "inside")
    labels(tmp_path / "inside")
    describe(tmp_path / "inside")
    for root in (tmp_path, tmp_path / "inside" / "rgb"):
        with pytest.raises(DataError, match=r"There is one in .*inside\."):
            FolderSource(root)


def test_an_image_that_is_not_read_is_refused_not_passed_over(tmp_path):
    images(tmp_path)
    labels(tmp_path)
    (tmp_path / "rgb" / "g9.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    describe(tmp_path)
    (problem,) = verify(f"folder:{tmp_path}").problems[:1]
    assert problem.path.endswith("g9.heic") and "Received: a HEIF image" in problem.sentence


def test_test_frames_are_in_no_fold(tmp_path):
    images(tmp_path)
    labels(tmp_path)
    parts = {"train": NAMES[:3], "val": NAMES[3:5], "test": NAMES[5:]}
    for split, names in parts.items():
        (tmp_path / f"{split}.txt").write_text("\n".join(names))
    source = describe(tmp_path, split={split: f"{split}.txt" for split in parts})
    assert [f.name for f in source.frames("test")] == ["f5"]
    source.fold = 0
    folded = {f.name for split in ("train", "val") for f in source.frames(split)}
    assert folded == set(NAMES[:5])


def test_images_and_masks_in_one_folder(tmp_path, wanted):
    root = tmp_path / "root"
    images(root, "both")
    labels(root, "both", ending="_mask")
    for place in ("both", "both/*.png", "both/*"):
        check(describe(root, images=place, labels="both/*_mask.png"), wanted)
    assert len(describe(root, images="**", labels="both/*_mask.png").frames("all")) == 6
    with pytest.raises(DataError, match="only files that are labels or depth, too"):
        describe(root, images="both", labels="both").frames("all")


def test_labels_in_a_folder_for_each_split_and_images_in_one(tmp_path, wanted):
    images(tmp_path)
    labels(tmp_path, "labels/train", NAMES[:3])
    labels(tmp_path, "labels/val", NAMES[3:5])
    labels(tmp_path, "labels/test", NAMES[5:])
    places = {split: f"labels/{split}" for split in ("train", "val", "test")}
    source = describe(tmp_path, labels=places)
    check(source, wanted)
    found = {split: [frame.name for frame in source.frames(split)] for split in places}
    assert found == {"train": [*NAMES[:3]], "val": [*NAMES[3:5]], "test": [NAMES[5]]}
    makers.write_png(tmp_path / "labels/val/f0.png", ids_of("f0"))
    with pytest.raises(DataError, match="Two label files for one image, of two splits"):
        describe(tmp_path, labels=places).frames("all")


def test_without_a_split_to_validate_a_share_of_the_others_does(tmp_path):
    images(tmp_path, "train", NAMES[:5])
    images(tmp_path, "test", NAMES[5:])
    labels(tmp_path)
    places = {"train": "train", "test": "test"}
    source = describe(tmp_path, images=places, split={"ratio": 0.4})
    parts = {split: {f.name for f in source.frames(split)} for split in ("train", "val", "test")}
    assert parts["test"] == {"test/f5"} and parts["val"] and parts["train"]
    assert parts["train"] | parts["val"] <= {f"train/{name}" for name in NAMES[:5]}
    assert not parts["train"] & parts["val"]


def test_one_file_never_labels_two_images(tmp_path):
    for split in ("train", "val"):
        images(tmp_path, split, NAMES[:2])
    labels(tmp_path)
    source = describe(tmp_path, images={"train": "train", "val": "val"})
    with pytest.raises(DataError, match=r"One file for two images: .*labels/f0\.png"):
        source.frames("all")


def test_a_folder_and_a_link_to_it_count_once_by_the_folders_name(tmp_path):
    images(tmp_path, "rgb/s2")
    (tmp_path / "rgb" / "latest").symlink_to("s2")
    labels(tmp_path, "labels/s2")
    names = [(frame.name, frame.label is None) for frame in describe(tmp_path).frames("all")]
    assert names == [(f"s2/{name}", False) for name in NAMES]


def test_a_described_folder_may_have_another_unicode_form(tmp_path, wanted):
    images(tmp_path, "Bu\u0308ro/rgb")
    labels(tmp_path)
    check(describe(tmp_path, images="B\u00fcro/rgb"), wanted)


def test_only_the_star_is_a_wildcard_of_names(tmp_path):
    names = ("seq[1]_0", "seq1_1", "s_2")
    images(tmp_path, names=names)
    labels(tmp_path, names=names)
    source = describe(tmp_path, split={"train": "seq[1]*", "val": "s*_2"})
    assert [frame.name for frame in source.frames("train")] == ["seq[1]_0"]
    with pytest.raises(DataError, match=r"No frame name matches the pattern 's\?q\*'"):
        describe(tmp_path, split={"train": "s?q*", "val": "s*_2"}).frames("val")


@pytest.mark.parametrize(
    ("place", "pattern"),
    [("labels/fine", "labels/fine/*.png"), ("labels", "labels/*_gt.png")],
)
def test_the_pattern_that_would_pair_is_named(tmp_path, place, pattern):
    images(tmp_path)
    labels(tmp_path, place, ending="" if place == "labels/fine" else "_gt")
    described = "labels" if place == "labels/fine" else "labels/*.png"
    with pytest.raises(DataError) as error:
        describe(tmp_path, labels=described).check_found()
    assert f'This pattern pairs 6 of them: labels: "{pattern}"' in str(error.value)


@pytest.mark.parametrize(
    ("image", "label"),
    [("img_{}.png", "lab_{}.png"), ("{}_rgb.png", "{}_seg.png"), ("{}.left.png", "{}.gt.png")],
)
def test_two_patterns_that_would_pair_are_named(tmp_path, image, label):
    for name in NAMES:
        makers.write_png(tmp_path / "rgb" / image.format(name), makers.picture(0))
        makers.write_png(tmp_path / "labels" / label.format(name), ids_of(name))
    with pytest.raises(DataError) as error:
        describe(tmp_path).check_found()
    first, second = (
        re.search(rf'{key}: "(\S+)"', str(error.value))[1] for key in ("images", "labels")
    )
    assert "These patterns pair 6 of them" in str(error.value)
    found = describe(tmp_path, images=first, labels=second).frames("all")
    assert len(found) == 6 and all(frame.label for frame in found)


def test_a_share_is_one_of_the_frames_with_a_target(tmp_path):
    images(tmp_path)
    labels(tmp_path, names=NAMES[:3])
    source = describe(tmp_path, split={"ratio": 0.34})
    assert [frame.name for frame in source.frames("val")] == ["f2"]
    assert {"f0", *NAMES[3:]} <= {frame.name for frame in source.frames("train")}


def test_lists_without_one_to_validate(tmp_path):
    images(tmp_path)
    labels(tmp_path)
    (tmp_path / "train.txt").write_text("f0\nf1\nf2\nf3\n")
    lists = {"train": "train.txt", "test": "f5*"}
    source = describe(tmp_path, split={**lists, "ratio": 0.25})
    parts = {split: {f.name for f in source.frames(split)} for split in ("train", "val", "test")}
    assert parts["test"] == {"f5"} and len(parts["val"]) == 1
    assert parts["train"] | parts["val"] <= {*NAMES[:4]} and not parts["train"] & parts["val"]
    with pytest.raises(DataError, match=r"split\.train: expected a text file"):
        describe(tmp_path, split={"test": "f5*"})
