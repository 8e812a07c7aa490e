"""Every kind: whole data have no problem, and planted faults are found, each once."""

import os
import shutil
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest
import yaml

import auxnet_keras as ak
from data_tools.verify.verification import verify
from tests.data import driving_makers, makers

SPEC = {
    "images": "rgb",
    "labels": "labels",
    "depth": {"files": "depth", "unit": "metres", "scale": 0.01},
    "classes": {7: "road", 26: "car"},
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def with_images_of_their_own(kind, root):
    """The makers repeat their pictures, which is what verify is to find."""
    for seed, frame in enumerate(ak.data.source(kind, root).frames("all"), start=1000):
        assert cv2.imwrite(str(frame.image), makers.picture(seed))
    return root


def synthia(root):
    for route, count in (("01-DAWN", 4), ("05-DAWN", 2)):
        for number in range(count):
            makers.synthia_frame(root / f"SYNTHIA-SEQS-{route}", f"{number:06d}")
    return with_images_of_their_own("synthia", root)


def folder(root):
    root.mkdir()
    (root / "dataset.yaml").write_text(yaml.safe_dump(SPEC))
    for number, name in enumerate(("a/1", "a/2", "a/3", "b/1", "b/2")):
        makers.write_png(root / f"rgb/{name}.png", makers.picture(number))
        ids = np.full((32, 48), 7, np.uint8)
        ids[0] = 255
        makers.write_png(root / f"labels/{name}.png", ids)
        rows = np.arange(32, dtype=np.uint16)[:, None] * 100 + number
        makers.write_png(root / f"depth/{name}.png", np.repeat(rows, 48, axis=1))
    return root


def street(root):
    return ak.data.street.write(root, 10, 0, size=(96, 160))


def vkitti(root):
    return with_images_of_their_own("vkitti", driving_makers.vkitti2(root, count=3))


def vkitti1(root):
    return with_images_of_their_own("vkitti", driving_makers.vkitti1(root))


def kitti(root):
    return makers.kitti(root, 10, width=96)


@pytest.mark.parametrize("make", [synthia, folder, street, vkitti, vkitti1, kitti, makers.nyu])
def test_whole_data_have_no_problem(make, tmp_path):
    kind = {vkitti1: "vkitti", makers.nyu: "nyuv2"}.get(make, make.__name__)
    report = verify(f"{kind}:{make(tmp_path / 'data')}")
    assert report.problems == [] and report.ok
    assert sum(counts["frames"] for counts in report.counts.values()) >= 5


def found(kind, root):
    return sorted(
        (problem.level, problem.code, Path(problem.path).relative_to(root).as_posix())
        for problem in verify(f"{kind}:{root}").problems
    )


def test_synthia(tmp_path):
    root = synthia(tmp_path / "data")
    train, val = "SYNTHIA-SEQS-01-DAWN", "SYNTHIA-SEQS-05-DAWN"
    place = "Stereo_Left/Omni_F"
    makers.write_png(root / train / "GT/LABELS" / place / "000000.png", makers.picture(0))
    depth = root / train / "Depth" / place / "000001.png"
    depth.write_bytes(depth.read_bytes()[:-20])
    ids = np.full((32, 48, 3), 99, np.uint16)
    makers.write_png(root / train / "GT/LABELS" / place / "000002.png", ids)
    copied = root / val / "RGB" / place / "000001.png"
    shutil.copyfile(root / train / "RGB" / place / "000003.png", copied)
    assert found("synthia", root) == [
        ("error", "duplicate_across_splits", f"{val}/RGB/{place}/000001.png"),
        ("error", "truncated", f"{train}/Depth/{place}/000001.png"),
        ("error", "unknown_ids", f"{train}/GT/LABELS/{place}/000000.png"),
        ("error", "unknown_ids", f"{train}/GT/LABELS/{place}/000002.png"),
    ]


def test_folder(tmp_path):
    root = folder(tmp_path / "data")
    makers.write_png(root / "labels/a/1.png", np.full((30, 48), 7, np.uint8))
    (root / "depth/a/2.png").write_bytes(b"")
    (root / "rgb/a/3.png").write_bytes(cv2.imencode(".jpg", makers.picture(9))[1][:-99].tobytes())
    depth = cv2.imread(str(root / "depth/b/1.png"), cv2.IMREAD_UNCHANGED)
    depth[5, 5:9] = 65535  # nothing says that these are not measured
    makers.write_png(root / "depth/b/1.png", depth)
    makers.write_png(root / "depth/b/2.png", np.full((32, 48), 250, np.uint16))
    assert found("folder", root) == [
        ("error", "empty", "depth/a/2.png"),
        ("error", "other_size", "labels/a/1.png"),
        ("error", "truncated", "rgb/a/3.png"),
        ("warning", "constant_depth", "depth/b/2.png"),
        ("warning", "saturated_depth", "depth/b/1.png"),
    ]


def test_a_scale_of_metres_that_are_millimetres(tmp_path):
    root = folder(tmp_path / "data")
    spec = SPEC | {"depth": SPEC["depth"] | {"scale": 1.0}}
    (root / "dataset.yaml").write_text(yaml.safe_dump(spec))
    report = verify(f"folder:{root}")
    assert report.ok and report.counts_by_code("warning") == {"far_depth": 5}
    # Rows of 0, 100, ... 3100: from the eighth on they are over 655.35.
    assert report.problems[0].sentence == (
        "farther than 655.35 m in 1,200 of 1,536 pixels, up to 3,100.00 m"
    )


def test_street(tmp_path):
    root = street(tmp_path / "data")
    frames = ak.data.source("street", root).frames("all")
    image, label, depth = frames[0].image, frames[1].label, frames[2].depth
    image.write_bytes(image.read_bytes()[:500])
    label.unlink()
    makers.write_png(depth, np.full((96, 160, 3), 1234, np.uint16))
    assert found("street", root) == [
        ("error", "truncated", image.relative_to(root).as_posix()),
        ("warning", "constant_depth", depth.relative_to(root).as_posix()),
        ("warning", "no_label", frames[1].image.relative_to(root).as_posix()),
    ]


def test_vkitti(tmp_path):
    root = vkitti(tmp_path / "data")
    place = "Scene01/clone/frames"
    jpg = root / place / "rgb/Camera_0/rgb_00000.jpg"
    jpg.write_bytes(jpg.read_bytes()[:-30])
    label = root / place / "classSegmentation/Camera_0/classgt_00001.png"
    makers.write_palette_png(label, np.zeros((32, 48)))
    colours = cv2.imread(str(label.with_name("classgt_00002.png")))
    colours[3, :7] = 1, 2, 3
    cv2.imwrite(str(label.with_name("classgt_00002.png")), colours)
    makers.write_png(
        root / place / "depth/Camera_1/depth_00000.png", np.full((32, 48), 9, np.uint8)
    )
    assert found("vkitti", root) == [
        ("error", "other_format", f"{place}/classSegmentation/Camera_0/classgt_00001.png"),
        ("error", "other_format", f"{place}/depth/Camera_1/depth_00000.png"),
        ("error", "truncated", f"{place}/rgb/Camera_0/rgb_00000.jpg"),
        ("warning", "unlisted_colours", f"{place}/classSegmentation/Camera_0/classgt_00002.png"),
    ]
    told = [p.sentence for p in verify(f"vkitti:{root}").problems if p.code == "unlisted_colours"]
    assert told == ["colours that belong to no category, ignored in 7 of 1,536 pixels"]


def test_nyu(tmp_path):
    root = makers.nyu(tmp_path / "data")
    with h5py.File(root / "nyu_depth_v2_labeled.mat", "r+") as file:
        file["depths"][1, 4:7, 5] = np.nan
        file["depths"][1, 8, 5] = np.inf
        file["depths"][2, 3, 4] = 12.5
        file["labels"][3, 0, 0] = 900
    inside = "nyu_depth_v2_labeled.mat"
    assert found("nyuv2", root) == [
        ("error", "not_finite", f"{inside}/depths/00002"),
        ("error", "unknown_ids", f"{inside}/labels/00004"),
        ("warning", "far_depth", f"{inside}/depths/00003"),
    ]
    report = verify(f"nyuv2:{root}")
    told = [p.sentence for p in report.problems if p.code in ("not_finite", "far_depth")]
    assert told == [
        "NaN or infinite in 4 of 1,536 pixels",
        "farther than 10 m in 1 of 1,536 pixels, up to 12.50 m",
    ]
    assert max(counts["largest depth"] for counts in report.counts.values()) == 12.5


def test_a_damaged_calibration_is_one_error_and_a_missing_one_none(tmp_path):
    root = kitti(tmp_path / "data")
    cameras = root / "training" / "calib_cam_to_cam"
    cameras.mkdir()
    assert found("kitti", root) == []
    (cameras / "000003.txt").write_text("garbage")
    assert found("kitti", root) == [
        ("error", "calibration", "training/calib_cam_to_cam/000003.txt")
    ]


def test_an_empty_split_is_an_error(tmp_path):
    root = makers.kitti(tmp_path, 1, width=96)
    assert [problem[:2] for problem in found("kitti", root)] == [("error", "empty_split")]


def test_a_path_that_is_not_utf8(tmp_path):
    root = makers.kitti(tmp_path / "q", 6, width=96).rename(tmp_path / os.fsdecode(b"q\xff"))
    assert verify(f"kitti:{root}").ok
