import errno
import json
import os

import cv2
import numpy as np
import pytest
import yaml

import auxnet_keras as ak
from auxnet_keras import street
from auxnet_keras.cli import main
from auxnet_keras.data.files.image import size_of
from auxnet_keras.errors import ConfigError, DataError
from data_tools.convert import conversion as module
from data_tools.convert.conversion import convert
from tests.data import driving_makers, makers
from tests.storage.leftovers import leave_half


@pytest.fixture
def nyu(tmp_path):
    return makers.nyu(tmp_path / "nyu", 4)


def kitti(root, count=6):
    makers.kitti(root, count)
    (root / "training/semantic/000001_10.png").unlink()
    (root / "training/disp_occ_0/000002_10.png").unlink()
    return root


def streets(root):
    return street.write(root, 6, 0, size=(32, 64))


def same_samples(kind, root, folder, *, tolerance=0.0, units=(None,)):
    """Every frame of every split, before and after."""
    before, after = ak.data.source(kind, root), ak.data.source("folder", folder)
    assert after.info.class_names == before.info.class_names
    assert after.info.palette.tolist() == before.info.palette.tolist()
    assert after.info.depth_unit == before.info.depth_unit
    assert (after.info.licence, after.info.citation) == (before.info.licence, before.info.citation)
    for split in ("train", "val", "all"):
        pairs = list(zip(before.frames(split), after.frames(split), strict=True))
        for one, other in pairs:
            assert one.name == other.name
            for unit in units:
                for ignore_void in (True, False):
                    old = before.read(one, unit, ignore_void, (24, 40))
                    new = after.read(other, unit, ignore_void, (24, 40))
                    np.testing.assert_array_equal(old.image, new.image)
                    np.testing.assert_array_equal(old.segmentation, new.segmentation)
                    assert old.segmentation.dtype == new.segmentation.dtype
                    np.testing.assert_array_equal(old.depth < 0, new.depth < 0)
                    np.testing.assert_allclose(old.depth, new.depth, rtol=0, atol=tolerance)
    return pairs


@pytest.mark.parametrize("kind", ["nyuv2", "nyuv2-40", "nyuv2-894"])
def test_nyu_is_the_same_to_half_a_millimetre(nyu, tmp_path, kind):
    folder = convert(f"{kind}:{nyu}", tmp_path / "out")
    pairs = same_samples(kind, nyu, folder, tolerance=0.000501)
    assert len(pairs) == 4
    label = cv2.imread(str(folder / "labels/00001.png"), cv2.IMREAD_UNCHANGED)
    assert label.dtype == (np.uint16 if kind == "nyuv2-894" else np.uint8)
    assert (folder / "train.txt").read_text().split() == ["00001", "00003"]
    assert (folder / "val.txt").read_text().split() == ["00002", "00004"]


def test_kitti_is_the_same_to_the_bit(tmp_path):
    root = kitti(tmp_path / "kitti")
    folder = convert(f"kitti:{root}", tmp_path / "out")
    pairs = same_samples("kitti", root, folder, units=(None, "raw"))
    assert [pair[1].label is None for pair in pairs] == [False, True, False, False, False, False]
    assert [pair[1].depth is None for pair in pairs] == [False, False, True, False, False, False]
    for before, after in pairs:
        assert before.image.read_bytes() == after.image.read_bytes()


def test_scenes_in_folders_and_their_calibration(tmp_path):
    root = streets(tmp_path / "scenes")
    folder = convert(f"street:{root}", tmp_path / "out")
    spec = yaml.safe_load((folder / "dataset.yaml").read_text())
    assert "focal" in spec["depth"] and spec["depth"]["scale"] == 0.01
    same_samples("street", root, folder, units=(None, "disparity_px", "inverse_depth"))


def test_virtual_kitti_and_cityscapes_are_the_same_to_the_bit(tmp_path):
    vkitti = driving_makers.vkitti2(tmp_path / "vkitti")
    folder = convert(f"vkitti:{vkitti}", tmp_path / "vkitti-out")
    pairs = same_samples("vkitti", vkitti, folder, units=(None, "raw", "disparity_px"))
    assert all(after.image.suffix == ".jpg" for _, after in pairs)
    cityscapes = driving_makers.cityscapes(tmp_path / "cityscapes")
    folder = convert(f"cityscapes-19:{cityscapes}", tmp_path / "cityscapes-out")
    same_samples("cityscapes-19", cityscapes, folder, units=(None, "raw"))


def test_the_size_of_a_jpeg_without_one(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xd9")
    with pytest.raises(DataError, match=r"Truncated or damaged JPEG: .*a\.jpg"):
        size_of(path)


def test_jpegs_are_copied(tmp_path):
    first = kitti(tmp_path / "kitti")
    middle = convert(f"kitti:{first}", tmp_path / "middle")
    for path in (middle / "rgb").iterdir():
        cv2.imwrite(str(path.with_suffix(".jpg")), cv2.imread(str(path)))
        path.unlink()
    for path in list(middle.rglob("convert.json")):
        path.unlink()
    folder = convert(f"folder:{middle}", tmp_path / "out")
    for _, after in same_samples("folder", middle, folder):
        copied = middle / "rgb" / after.image.name
        assert copied.suffix == ".jpg" and copied.read_bytes() == after.image.read_bytes()


def test_different_calibrations_are_said(tmp_path, caplog):
    root = tmp_path / "kitti"
    makers.kitti_frame(root, 0, width=1242)
    makers.kitti_frame(root, 1, width=1224)
    folder = convert(f"kitti:{root}", tmp_path / "out")
    assert "different calibrations" in caplog.text and "depth is in disparity_px" in caplog.text
    assert "focal" not in yaml.safe_load((folder / "dataset.yaml").read_text())["depth"]


def test_depth_that_does_not_fit(nyu, tmp_path, monkeypatch):
    deep = np.full((makers.HEIGHT, makers.WIDTH), 66.0, np.float32)
    source = ak.data.source("nyuv2", nyu)
    monkeypatch.setattr(type(source), "stored_depth", lambda *_: deep)
    with pytest.raises(DataError, match=r"too large .*depths/0000\d\. Expected .*65\.535;.*66\.$"):
        convert(f"nyuv2:{nyu}", tmp_path / "out")
    tiny = np.full_like(deep, 1e-5)
    monkeypatch.setattr(type(source), "stored_depth", lambda *_: tiny)
    folder = convert(f"nyuv2:{nyu}", tmp_path / "other")
    converted = ak.data.source("folder", folder)
    assert converted.read(converted.frames("all")[0]).depth.min() == np.float32(0.001)


def state(folder):
    return {
        path.relative_to(folder): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_second_run_changes_nothing(nyu, tmp_path):
    folder = convert(f"nyuv2:{nyu}", tmp_path / "out")
    before = state(folder)
    convert(f"nyuv2:{nyu}", folder)
    assert state(folder) == before


def test_what_is_missing_or_empty_is_written_again(nyu, tmp_path):
    folder = convert(f"nyuv2:{nyu}", tmp_path / "out")
    before = state(folder)
    (folder / "rgb/00002.png").unlink()
    (folder / "depth/00003.png").write_bytes(b"")  # as after a power cut
    leave_half(folder / "labels/00001.png").write_bytes(b"half")
    convert(f"nyuv2:{nyu}", folder)
    after = state(folder)
    assert after.keys() == before.keys()
    kept = [path for path in before if path.stem in ("00001", "00004")]
    assert len(kept) == 6 and all(after[path] == before[path] for path in kept)
    same_samples("nyuv2", nyu, folder, tolerance=0.000501)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(errno.ENOSPC, "No space left")])
def test_interrupted_it_is_no_dataset_yet_and_goes_on(nyu, tmp_path, monkeypatch, stop):
    real, calls = module.write_file, []

    def failing(path, content):
        calls.append(path)
        if len(calls) > 5:  # the record, a whole frame, a label
            raise stop
        real(path, content)

    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    monkeypatch.setattr(module, "write_file", failing)
    folder = tmp_path / "out"
    with pytest.raises((KeyboardInterrupt, DataError)) as raised:
        convert(f"nyuv2:{nyu}", folder)
    if raised.type is DataError:
        assert "the disk is full; free some space, then give the same command" in str(raised.value)
    assert not list(folder.rglob(".tmp-*"))
    with pytest.raises(DataError, match=r"No dataset\.yaml"):
        ak.data.source("folder", folder)
    monkeypatch.undo()
    before = state(folder)
    convert(f"nyuv2:{nyu}", folder)
    after = state(folder)
    kept = [path for path in before if path.stem in ("convert", "00001")]
    assert len(before) == 5 and len(kept) == 4
    assert all(after[path] == before[path] for path in kept)
    same_samples("nyuv2", nyu, folder, tolerance=0.000501)


def test_other_data_and_other_settings_are_refused(nyu, tmp_path):
    folder = convert(f"nyuv2:{nyu}", tmp_path / "out")
    before = state(folder)
    with pytest.raises(
        DataError, match=r"converted from other data.* Received: 4 frames of nyuv2-40"
    ):
        convert(f"nyuv2-40:{nyu}", folder)
    makers.nyu_splits(nyu, [1, 2], [3, 4])
    with pytest.raises(DataError, match=r"converted from other data or frames"):
        convert(f"nyuv2:{nyu}", folder)
    assert state(folder) == before
    for text in ("{", "[]", '{"frames": 3}', "[" * 100_000):
        (folder / "convert.json").write_text(text)
        with pytest.raises(DataError, match=r"converted from other data"):
            convert(f"nyuv2:{nyu}", folder)


def test_a_changed_file_is_refused_and_a_moved_dataset_is_not(tmp_path):
    root = kitti(tmp_path / "kitti")
    folder = convert(f"kitti:{root}", tmp_path / "out")
    moved = root.rename(tmp_path / "moved")
    convert(f"kitti:{moved}", folder)
    changed = moved / "training/image_2/000003_10.png"
    makers.write_png(changed, makers.picture(99))
    with pytest.raises(DataError, match=r"remove their images.* 1 changed.*'000003_10'") as said:
        convert(f"kitti:{moved}", folder)
    assert str(folder / "rgb") in str(said.value)
    copy = folder / "rgb/000003_10.png"
    copy.unlink()
    convert(f"kitti:{moved}", folder)
    assert copy.read_bytes() == changed.read_bytes()


def test_what_the_source_has_no_more_is_not_kept(tmp_path):
    root = kitti(tmp_path / "kitti")
    folder = convert(f"kitti:{root}", tmp_path / "out")
    label = folder / "labels/000003_10.png"
    assert label.is_file()
    (root / "training/semantic/000003_10.png").unlink()
    with pytest.raises(DataError, match="remove their images"):
        convert(f"kitti:{root}", folder)
    (folder / "rgb/000003_10.png").unlink()
    convert(f"kitti:{root}", folder)
    assert not label.exists()
    assert (folder / "depth/000003_10.png").is_file()


def test_an_image_of_another_format_has_changed(tmp_path):
    first = convert(f"kitti:{kitti(tmp_path / 'kitti')}", tmp_path / "first")
    folder = convert(f"folder:{first}", tmp_path / "out")
    png = first / "rgb/000003_10.png"
    cv2.imwrite(str(png.with_suffix(".jpg")), cv2.imread(str(png)))
    png.unlink()
    with pytest.raises(DataError, match=r"remove their images.*'000003_10'"):
        convert(f"folder:{first}", folder)
    (folder / "rgb/000003_10.png").unlink()
    convert(f"folder:{first}", folder)
    assert (folder / "rgb/000003_10.jpg").is_file()
    assert len(ak.data.source("folder", folder).frames("all")) == len(
        ak.data.source("folder", first).frames("all")
    )


def test_a_damaged_file_may_be_replaced_before_it_goes_on(tmp_path):
    root = kitti(tmp_path / "kitti")
    good, bad = tmp_path / "good.png", root / "training/image_2/000003_10.png"
    good.write_bytes(bad.read_bytes())
    bad.write_bytes(good.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"000003_10\.png"):
        convert(f"kitti:{root}", tmp_path / "out")
    bad.write_bytes(good.read_bytes())
    folder = convert(f"kitti:{root}", tmp_path / "out")
    assert (folder / "rgb/000003_10.png").read_bytes() == good.read_bytes()


def test_a_folder_of_something_else_is_left_alone(nyu, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("x")
    with pytest.raises(DataError, match=r"not empty .* nothing was changed.*thesis\.txt\.$"):
        convert(f"nyuv2:{nyu}", tmp_path / "mine")
    with pytest.raises(ConfigError, match="cannot be written inside the data set itself"):
        convert(f"nyuv2:{nyu}", nyu / "converted")


def test_a_damaged_frame_ends_it_with_its_sentence(tmp_path):
    root = kitti(tmp_path / "kitti")
    (root / "training/semantic/000004_10.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"Not a PNG file: .*semantic/000004_10\.png"):
        convert(f"kitti:{root}", tmp_path / "out")


def test_a_folder_that_cannot_be_written(nyu, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(
        DataError, match=r"written: choose another path.*Received: Not a directory\.$"
    ):
        convert(f"nyuv2:{nyu}", tmp_path / "file" / "out")


def test_the_command(nyu, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        main(["data", "convert", f"nyuv2:{nyu}", "--out", str(tmp_path / "out")])
    assert end.value.code == 0
    said = capsys.readouterr()
    assert f"--data folder:{tmp_path / 'out'}" in said.out.replace("\n", "") and said.err == ""
    assert json.loads((tmp_path / "out/convert.json").read_text())["kind"] == "nyuv2"
    with pytest.raises(SystemExit) as end:
        main(["data", "convert", "nyu:x", "--out", str(tmp_path / "out")])
    assert end.value.code == 1 and "did you mean 'nyuv2'" in capsys.readouterr().err


def test_a_damaged_calibration_is_no_missing_one(tmp_path):
    root = streets(tmp_path / "scenes")
    camera = next(root.rglob("intrinsics.txt"))
    camera.write_text("garbage")
    with pytest.raises(DataError, match="Not SYNTHIA intrinsics"):
        convert(f"synthia:{root}", tmp_path / "out")
