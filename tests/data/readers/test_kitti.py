import shutil

import numpy as np
import pytest

from auxnet_keras.data.readers.kitti import BASELINE, FOCAL_BY_WIDTH, KittiSource, read_calibration
from auxnet_keras.errors import ConfigError, DataError
from tests.data import makers

CALIBRATION = """calib_time: 09-Jan-2012 13:57:47
P_rect_02: 7.215377e+02 0 6.095593e+02 4.485728e+01 0 7.215377e+02 172.854 0.2163791 0 0 1 0.00274
P_rect_03: 7.215377e+02 0 6.095593e+02 -3.395242e+02 0 7.215377e+02 172.854 2.199936 0 0 1 0.002729
"""


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 11)


def test_frames_are_sorted_and_split_by_number(root):
    source = KittiSource(root)
    names = [frame.name for frame in source.frames("all")]
    assert names == [f"{n:06d}_10" for n in range(11)]
    assert [int(f.name[:6]) for f in source.frames("val")] == [0, 5, 10]
    assert [f.name for f in source.frames("train")] == [n for n in names if int(n[:6]) % 5]


def test_values(root):
    source = KittiSource(root)
    frame = source.frames("all")[3]
    sample = source.read(frame)
    np.testing.assert_array_equal(sample.image, makers.picture(3))
    assert sample.segmentation[:16, 4:].min() == sample.segmentation[:16, 4:].max() == 1
    assert (sample.segmentation[16:, 4:] == 3).all() and (sample.segmentation[:, :4] == 255).all()
    assert (source.read(frame, ignore_void=False).segmentation[:, :4] == 0).all()
    assert sample.depth.shape == (32, 48, 1) and (sample.depth[:16] == -1).all()
    np.testing.assert_allclose(sample.depth[16:, 0, 0], np.arange(16, 32) + 3 / 256)
    assert source.read(frame, "raw").depth[20, 0, 0] == 20 * 256 + 3


def test_disparity_is_in_pixels_of_the_returned_width(root):
    source = KittiSource(root)
    frame = source.frames("all")[0]
    native, half = source.read(frame), source.read(frame, size=(32, 24))
    np.testing.assert_allclose(half.depth[16:], native.depth[16:, ::2] / 2)
    assert (half.depth[:16] == -1).all()
    np.testing.assert_array_equal(
        source.read(frame, "raw", size=(32, 24)).depth, source.read(frame, "raw").depth[:, 1::2]
    )


def test_disparity_falls_back_and_what_is_missing_is_none(root):
    training = root / "training"
    makers.kitti_frame(root, 1, depth="disp_noc_0")
    (training / "disp_occ_0" / "000001_10.png").unlink()
    (training / "disp_occ_0" / "000002_10.png").unlink()
    (training / "semantic" / "000003_10.png").unlink()
    frames = KittiSource(root).frames("all")
    assert [frame.depth and frame.depth.parent.name for frame in frames[:3]] == [
        "disp_occ_0",
        "disp_noc_0",
        None,
    ]
    assert frames[3].label is None
    source = KittiSource(root)
    assert (source.read(frames[2]).depth == -1).all()
    assert (source.read(frames[3]).segmentation == 255).all()


def test_official_folders_side_by_side(root, tmp_path):
    official = tmp_path / "official"
    for archive, folders in {
        "data_semantics": ("image_2", "semantic"),
        "data_scene_flow": ("image_2", "disp_occ_0"),
    }.items():
        for folder in folders:
            shutil.copytree(root / "training" / folder, official / archive / "training" / folder)
    later = official / "data_scene_flow/training/image_2/000000_11.png"
    makers.write_png(later, makers.picture(0))
    source, merged = KittiSource(official), KittiSource(root)
    assert [f.name for f in source.frames("all")] == [f.name for f in merged.frames("all")]
    frame = source.frames("val")[1]
    assert frame.label.is_relative_to(official / "data_semantics")
    assert frame.depth.is_relative_to(official / "data_scene_flow")
    np.testing.assert_array_equal(
        source.read(frame).depth, merged.read(merged.frames("val")[1]).depth
    )


def test_metres_by_width_and_by_calibration_file(tmp_path):
    makers.kitti_frame(tmp_path, 0, width=1242)
    source = KittiSource(tmp_path)
    frame = source.frames("all")[0]
    disparity = source.read(frame).depth[16:]
    expected = BASELINE * FOCAL_BY_WIDTH[1242] / disparity
    np.testing.assert_allclose(source.read(frame, "metres").depth[16:], expected, rtol=1e-6)
    inverse = source.read(frame, "inverse_depth").depth[16:]
    np.testing.assert_allclose(inverse, 1 / expected, rtol=1e-6)
    # Metres do not change with the size; the focal length of the native width counts.
    small = source.read(frame, "metres", size=(32, 621)).depth[16:]
    np.testing.assert_allclose(small, source.read(frame, "metres").depth[16:, 1::2])
    calibration = tmp_path / "training/calib_cam_to_cam/000000.txt"
    calibration.parent.mkdir()
    calibration.write_text(CALIBRATION.replace("7.215377e+02", "1.4430754e+03"))
    doubled = source.read(frame, "metres").depth[16:]
    np.testing.assert_allclose(doubled, 384.3815 / disparity, rtol=1e-6)


def test_calibration_file(tmp_path):
    path = tmp_path / "c.txt"
    path.write_text(CALIBRATION)
    found = read_calibration(path)
    assert found.focal == 721.5377
    assert found.baseline == pytest.approx(BASELINE, abs=1e-5)
    path.write_text("S_02: 1 2")
    with pytest.raises(DataError, match=r"c\.txt.*P_rect_02"):
        read_calibration(path)


def test_unknown_width_needs_a_calibration(root):
    source = KittiSource(root)
    with pytest.raises(DataError, match=r"calib_cam_to_cam.*width of 48"):
        source.read(source.frames("val")[0], "metres")


def test_limit_is_a_sample_that_grows(root):
    source = KittiSource(root)
    few, more = (source.frames("all", 3, limit=n) for n in (3, 6))
    assert len(few) == 3 and set(few) < set(more) and few == sorted(few, key=lambda f: f.name)
    assert source.frames("all", 3, limit=99) == source.frames("all")
    assert {tuple(f.name for f in source.frames("all", s, 3)) for s in range(9)} != {
        tuple(f.name for f in few)
    }
    with pytest.raises(ConfigError, match="Received: 0"):
        source.frames("all", limit=0)


def test_bad_folders(tmp_path):
    with pytest.raises(DataError, match=r"No folder at .*nowhere"):
        KittiSource(tmp_path / "nowhere")
    source = KittiSource(tmp_path)
    with pytest.raises(DataError, match=r"training/image_2.*an empty folder"):
        source.frames()
    (tmp_path / "image").mkdir()
    with pytest.raises(DataError, match=r"Received: image\."):
        KittiSource(tmp_path).frames()
    makers.write_png(tmp_path / "training/image_2/left_10.png", makers.picture(0))
    with pytest.raises(DataError, match=r"Not a KITTI frame name.*left_10\.png"):
        KittiSource(tmp_path).frames()


def test_unknown_split(root):
    with pytest.raises(ConfigError, match="did you mean 'val'"):
        KittiSource(root).frames("vall")


@pytest.mark.parametrize(("folder", "what"), [("semantic", "label"), ("disp_occ_0", "disparity")])
def test_bad_files_are_named(root, folder, what):
    source = KittiSource(root)
    frame = source.frames("all")[0]
    path = root / "training" / folder / "000000_10.png"
    wrong = np.uint16 if what == "label" else np.uint8
    makers.write_png(path, np.zeros((32, 48), wrong))
    with pytest.raises(DataError, match=rf"Wrong {what} PNG: .*{folder}/000000_10\.png"):
        source.read(frame)
    right = np.uint8 if what == "label" else np.uint16
    makers.write_png(path, np.zeros((32, 40), right))
    with pytest.raises(DataError, match=r"Sizes differ.*Expected 48x32.*Received: 40x32\.$"):
        source.read(frame)


def test_real_frames(kitti_root):
    source = KittiSource(kitti_root)
    frames = source.frames("all")
    numbers = [int(frame.name[:6]) for frame in frames]
    assert numbers == [*range(40), *range(41, 100)]
    assert all(frame.label for frame in frames)
    with_depth = [n for n, frame in zip(numbers, frames, strict=True) if frame.depth]
    assert with_depth == [*range(40), 46]
    assert len(source.frames("train")) == 80 and len(source.frames("val")) == 19
    occ = {n for n, f in zip(numbers, frames, strict=True) if f.depth and "occ" in str(f.depth)}
    assert occ == {0, 1, 2, 3, 4, 7, 46}
    sample = source.read(frames[1])
    valid = sample.depth >= 0
    assert 0.1 < valid.mean() < 0.35
    assert sample.depth[valid].min() > 1 and sample.depth[valid].max() < 255
    assert not valid[sample.segmentation == 1].any()  # no disparity in the sky
    assert set(np.unique(sample.segmentation)) <= {*range(1, 12), 255}
    metres = source.read(frames[1], "metres").depth
    assert metres[valid].min() > 2 and metres[valid].max() < 400
