"""What the files of a split hold, and how a change in them is said."""

import json
import shutil

import pytest

from auxnet_keras import data
from auxnet_keras.data import contents as module
from auxnet_keras.data.contents import Contents, fingerprint
from tests.data import driving_makers, makers

CALIBRATION = "P_rect_02: 7.2e+02 0 0 0 0 0 0 0 0 0 0 0\n"


@pytest.fixture
def root(tmp_path):
    root = makers.kitti(tmp_path / "kitti", 6)
    (root / "training/calib_cam_to_cam").mkdir()
    for number in range(6):
        (root / f"training/calib_cam_to_cam/{number:06d}.txt").write_text(CALIBRATION)
    return root


def contents(root, kind="kitti"):
    source = data.source(kind, root)
    return Contents(source, source.frames("all"))


def recorded(root, kind="kitti"):
    """As a checkpoint holds it."""
    return json.loads(json.dumps(contents(root, kind).facts))


def remove(place):
    return lambda root: (root / place).unlink()


def append(place):
    def change(root):
        with (root / place).open("ab") as file:
            file.write(b"\0")

    return change


def same_size(root):
    path = root / "training/calib_cam_to_cam/000003.txt"
    path.write_text(CALIBRATION.replace("7.2", "7.3"))


def rename(root):
    for folder in ("image_2", "semantic", "disp_occ_0"):
        folder = root / "training" / folder
        (folder / "000005_10.png").rename(folder / "000007_10.png")
    calibrations = root / "training/calib_cam_to_cam"
    (calibrations / "000005.txt").rename(calibrations / "000007.txt")


CHANGES = {
    "a frame more": (
        lambda root: makers.kitti_frame(root, 8),
        "7 frames, 6 in the checkpoint, first difference: frame '000008_10'",
    ),
    "the first frame less": (
        remove("training/image_2/000000_10.png"),
        "5 frames, 6 in the checkpoint, first difference: frame '000001_10'",
    ),
    "the last frame less": (
        remove("training/image_2/000005_10.png"),
        "5 frames, 6 in the checkpoint",
    ),
    "another name": (rename, "other frames, first difference: frame '000007_10'"),
    "another image": (
        append("training/image_2/000002_10.png"),
        "other images, first difference: {root}/training/image_2/000002_10.png",
    ),
    "another label": (
        append("training/semantic/000002_10.png"),
        "other labels, first difference: {root}/training/semantic/000002_10.png",
    ),
    "a label less": (
        remove("training/semantic/000004_10.png"),
        "5 of 6 frames have a label, 6 in the checkpoint, first difference: frame '000004_10'",
    ),
    "a depth less": (
        remove("training/disp_occ_0/000001_10.png"),
        "5 of 6 frames have a depth file, 6 in the checkpoint, first difference: frame '000001_10'",
    ),
    "another depth": (
        append("training/disp_occ_0/000001_10.png"),
        "other depth files, first difference: {root}/training/disp_occ_0/000001_10.png",
    ),
    "a calibration of the same size": (
        same_size,
        "a calibration or another file has changed, first difference: "
        "{root}/training/calib_cam_to_cam/000003.txt",
    ),
    "a calibration less": (
        remove("training/calib_cam_to_cam/000003.txt"),
        "5 of 6 frames have a calibration or another file, 6 in the checkpoint, "
        "first difference: frame '000003_10'",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_one_line(root, change):
    before, printed = recorded(root), contents(root).fingerprint
    assert contents(root).changes(before) == []
    apply, line = CHANGES[change]
    apply(root)
    assert contents(root).changes(before) == [line.format(root=root)]
    assert contents(root).fingerprint != printed


def test_changes_of_two_sorts_are_two_lines(root):
    before = recorded(root)
    remove("training/semantic/000004_10.png")(root)
    append("training/image_2/000002_10.png")(root)
    lines = contents(root).changes(before)
    assert [line.partition(",")[0] for line in lines] == [
        "other images",
        "5 of 6 frames have a label",
    ]


def test_moved_data_is_the_same(root, tmp_path):
    before = recorded(root)
    shutil.copytree(root, tmp_path / "moved")
    shutil.rmtree(root)
    moved = contents(tmp_path / "moved")
    assert moved.changes(before) == []
    assert fingerprint(moved.source, moved.frames) == moved.fingerprint


def test_a_description_is_named_and_not_shown(tmp_path):
    root = makers.kitti(tmp_path / "mine", 3)
    text = (
        "images: training/image_2\nlabels: training/semantic\nclasses: {7: road, 23: sky, 0: x}\n"
    )
    (root / "dataset.yaml").write_text(text)
    before = recorded(root, "folder")
    assert contents(root, "folder").changes(before) == []
    (root / "dataset.yaml").write_text(text.replace("sky", "wall"))
    assert contents(root, "folder").changes(before) == ["dataset.yaml has changed"]
    assert contents(root).changes(before) == ["'folder' in the checkpoint, 'kitti' here"]


@pytest.mark.parametrize("kind", ["nyuv2", "vkitti"])
def test_a_shared_file_is_read_once(tmp_path, kind, monkeypatch):
    if kind == "nyuv2":
        makers.nyu(tmp_path / "data", 6)
        shared = tmp_path / "data/nyu_depth_v2_labeled.mat"
    else:
        driving_makers.vkitti1(tmp_path / "data", worlds=("0001",), variations=("clone",))
        shared = next((tmp_path / "data").rglob("*_rgb_encoding.txt"))
    before = recorded(tmp_path / "data", kind)
    read = []

    def counting(path):
        read.append(path)
        return original(path)

    original = module.file_key
    monkeypatch.setattr(module, "file_key", counting)
    with shared.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    assert contents(tmp_path / "data", kind).changes(before) == [
        f"a calibration or another file has changed, first difference: {shared}"
    ]
    assert read == [shared]


@pytest.mark.parametrize("odd", [None, [], "text", {}, {"kind": "kitti"}])
def test_odd_facts_are_differences(root, odd):
    assert contents(root).changes(odd)
    facts = recorded(root)
    for sort in ("frames", "labels"):
        assert contents(root).changes({**facts, sort: odd})
        assert contents(root).changes({**facts, sort: {**facts[sort], "marks": odd}})


def test_no_frames_have_contents(root):
    assert Contents(data.source("kitti", root), []).facts["frames"]["count"] == 0
