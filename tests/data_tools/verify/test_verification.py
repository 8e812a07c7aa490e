"""Planted faults are found, each once, and nothing else is."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import auxnet_keras as ak
from data_tools.verify import verification as verify_module
from data_tools.verify.verification import verify
from tests.data import driving_makers, makers


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    root = tmp_path_factory.mktemp("verify") / "kitti"
    ak.data.street.write(root, 15, 0, layout="kitti", size=(96, 320))
    return root


@pytest.fixture
def root(scenes, tmp_path):
    shutil.copytree(scenes, tmp_path / "kitti")
    return tmp_path / "kitti"


def files(root, what):
    return sorted((root / "training" / what).glob("*.png"))


def lines(report, level="error"):
    return [(Path(p.path).name, p.sentence) for p in report.problems if p.level == level]


def test_whole_data_have_no_problem(root):
    report = verify(f"kitti:{root}")
    assert report.ok and report.problems == []
    assert report.counts["train"]["frames"] == 12 and report.counts["val"]["frames"] == 3
    assert report.counts["train"]["with depth"] == 12
    assert 0 < report.counts["val"]["pixels with depth"] <= 1


def test_planted_faults_are_all_found_and_nothing_else(root):
    images, labels, depths = (files(root, what) for what in ("image_2", "semantic", "disp_occ_0"))
    truncated, empty, flipped = images[1], images[2], labels[3]
    truncated.write_bytes(truncated.read_bytes()[:-200])
    empty.write_bytes(b"")
    body = bytearray(flipped.read_bytes())
    body[len(body) // 2] ^= 16
    flipped.write_bytes(bytes(body))
    makers.write_palette_png(labels[4], cv2.imread(str(labels[4]), cv2.IMREAD_UNCHANGED) % 16)
    makers.write_png(labels[6], np.zeros((96, 320), np.uint16))
    makers.write_png(depths[7], np.ones((96, 320), np.uint8))
    makers.write_png(labels[8], np.full((96, 320), 200, np.uint8))
    makers.write_png(labels[9], np.full((48, 320), 7, np.uint8))
    makers.write_png(depths[11], np.full((96, 320), 400 * 128, np.uint16))
    for what in (images, labels, depths):  # 99 trains, and 100 validates
        shutil.copyfile(what[13], what[13].with_name("000100_10.png"))
    makers.write_png(depths[12], np.zeros((96, 320), np.uint16))
    images[14].write_bytes(makers.bomb())
    makers.write_png(labels[0], np.zeros((96, 320), np.uint8))
    shutil.copyfile(images[5], images[10])  # both validate
    shutil.copyfile(labels[4], labels[4].with_name("000099_10.png"))
    report = verify(f"kitti:{root}")
    found = {(p.level, p.code, Path(p.path)): p.sentence for p in report.problems}
    expected = {
        ("error", "truncated", truncated): "Truncated or damaged PNG",
        ("error", "empty", empty): "Empty file",
        ("error", "truncated", flipped): "damaged",
        ("error", "other_format", labels[4]): "8-bit palette",
        ("error", "other_format", labels[6]): "16-bit grey",
        ("error", "other_format", depths[7]): "Wrong disparity PNG",
        ("error", "unknown_ids", labels[8]): "Unknown label ids in ",
        ("error", "other_size", labels[9]): "is 320x48, but its image is 320x96",
        ("error", "impossible_disparity", depths[11]): "up to 200.0 px in an image 320 px wide",
        ("error", "duplicate_across_splits", images[0].with_name("000100_10.png")): str(images[13]),
        ("error", "too_large", images[14]): "60000x60000",
        ("warning", "empty_depth", depths[12]): "no pixel has a depth",
        ("warning", "empty_label", labels[0]): "no pixel has a class",
        ("warning", "orphan", labels[0].with_name("000099_10.png")): "a label without an image",
        ("warning", "duplicate", images[10]): f"is the same image as {images[5]}",
    }
    assert found.keys() == expected.keys() and len(report.problems) == len(expected)
    assert all(words in found[problem] for problem, words in expected.items())
    assert report.counts_by_code("error") == {
        "other_format": 3,
        "truncated": 2,
        "duplicate_across_splits": 1,
        "empty": 1,
        "impossible_disparity": 1,
        "other_size": 1,
        "too_large": 1,
        "unknown_ids": 1,
    }


@pytest.mark.parametrize("change", ["same", "resaved", "again", "brighter"])
def test_a_validation_image_to_train_on_is_found(root, change):
    images = files(root, "image_2")
    image = cv2.imread(str(images[5]))
    if change == "same":
        shutil.copyfile(images[5], images[6])
    else:
        other = {
            "resaved": image,
            "again": cv2.imdecode(cv2.imencode(".jpg", image)[1], cv2.IMREAD_COLOR),
            "brighter": cv2.convertScaleAbs(image, alpha=1.0, beta=6),
        }[change]
        cv2.imwrite(str(images[6]), other)
    report = verify(f"kitti:{root}")
    (problem,) = report.problems
    assert report.ok is (change not in ("same", "resaved"))
    assert Path(problem.path).name in (images[5].name, images[6].name)
    assert ("looks like" if report.ok else "same image as") in problem.sentence


def test_a_data_set_in_one_file(tmp_path):
    report = verify(f"nyuv2:{makers.nyu(tmp_path)}")
    assert report.ok and report.problems == []
    assert sum(counts["with depth"] for counts in report.counts.values()) == 6


def test_files_beside_the_labels_are_no_orphans(tmp_path):
    root = driving_makers.cityscapes(tmp_path)
    label = next((root / "gtFine").rglob("*_gtFine_labelIds.png"))
    shutil.copyfile(label, label.with_name("aachen_000099_000019_gtFine_labelIds.png"))
    shutil.copyfile(label, label.with_name("aachen_000099_000019_gtFine_color.png"))
    orphans = [p for p in verify(f"cityscapes:{root}").problems if "without an image" in p.sentence]
    assert [Path(p.path).name for p in orphans] == ["aachen_000099_000019_gtFine_labelIds.png"]


def test_real_frames_raise_no_false_alarm(kitti_root):
    report = verify(f"kitti:{kitti_root}")
    assert report.ok and report.counts_by_code("warning").keys() == {"no_depth"}


def test_a_jpeg_named_png_is_told(root):
    image = files(root, "image_2")[3]
    image.write_bytes(cv2.imencode(".jpg", cv2.imread(str(image)))[1].tobytes())
    report = verify(f"kitti:{root}")
    assert lines(report, "warning") == [(image.name, "is a JPEG named .png")] and report.ok


def test_whatever_a_decoder_throws_names_the_file(root, monkeypatch):
    from auxnet_keras.data.readers import base

    bad = files(root, "image_2")[2]
    original = base.read_image

    def throws(path):
        if path == bad:
            raise UnicodeDecodeError("utf-8", b"\xf0", 0, 1, "invalid byte")
        return original(path)

    monkeypatch.setattr(base, "read_image", throws)
    ((name, sentence),) = lines(verify(f"kitti:{root}"), "error")
    assert name == bad.name and sentence.startswith("cannot be read (UnicodeDecodeError: ")


def test_nothing_of_the_users_is_changed(root):
    def state():
        every = (path for path in sorted(root.rglob("*")) if path.is_file())
        return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in every}

    before = state()
    verify(f"kitti:{root}")
    assert state() == before


def test_only_what_changed_is_read_again(root, monkeypatch):
    verify(f"kitti:{root}")
    read = []
    real = verify_module.check_frame

    def check(source, frame):
        read.append(frame.name)
        return real(source, frame)

    monkeypatch.setattr(verify_module, "check_frame", check)
    assert verify(f"kitti:{root}").ok and read == []
    label = files(root, "semantic")[4]
    label.write_bytes(label.read_bytes()[:50])
    assert not verify(f"kitti:{root}").ok and len(read) == 1


KILLED = """
import os, signal, sys
from data_tools import progress
from data_tools.verify import verification as verify
real, done = verify.check_frame, []
def check(source, frame):
    done.append(frame)
    if len(done) == 9:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(source, frame)
verify.check_frame = check
progress._AHEAD = 1
verify.verify(sys.argv[1])
"""


def test_a_killed_check_goes_on_where_it_was(root, monkeypatch):
    command = [sys.executable, "-c", KILLED, f"kitti:{root}"]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], env=os.environ)
    assert done.returncode == -signal.SIGKILL
    read = []
    real = verify_module.check_frame
    monkeypatch.setattr(verify_module, "check_frame", lambda s, f: read.append(f) or real(s, f))
    assert verify(f"kitti:{root}").ok
    assert len(read) == 15 - 8


def test_the_command_exits_1_on_errors_and_writes_json(root, tmp_path, capsys):
    from auxnet_keras.cli import main

    target, file = f"kitti:{root}", tmp_path / "report.json"
    with pytest.raises(SystemExit) as caught:
        main(["data", "verify", target, "--json", str(file)])
    assert caught.value.code == 0 and "0 errors" in capsys.readouterr().out
    broken = files(root, "semantic")[4]
    broken.write_bytes(broken.read_bytes()[:50])
    with pytest.raises(SystemExit) as caught:
        main(["data", "verify", target, "--json", str(file)])
    out = capsys.readouterr().out
    assert caught.value.code == 1
    assert out.count(str(broken)) == 1 and "1 error (truncated or damaged: 1)\n" in out
    content = json.loads(file.read_text())
    assert content["ok"] is False and content["problems"][0]["path"] == str(broken)
    with pytest.raises(SystemExit) as caught:
        main(["data", "verify", f"kitti:{tmp_path / 'nowhere'}"])
    assert caught.value.code == 1 and "No folder at" in capsys.readouterr().err
