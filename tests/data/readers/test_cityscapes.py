import logging
import shutil

import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.data.bin_presets import PRESETS
from auxnet_keras.data.readers.cityscapes import CityscapesSource, read_camera
from auxnet_keras.errors import DataError
from tests.data import driving_makers as makers
from tests.data.makers import picture, write_png

# cityscapesScripts' trainId of the ids 0 to 33.
TRAIN_IDS = [255] * 7 + [0, 1, 255, 255, 2, 3, 4, 255, 255, 255, 5, 255]
TRAIN_IDS += [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255, 255, 16, 17, 18]
UNIFIED_IDS = [0] * 7 + [3, 4, 3, 0, 2, 2, 5, 5, 0, 0, 7, 7]
UNIFIED_IDS += [0, 9, 6, 6, 1, 10, 11, 8, 8, 8, 8, 8, 8, 11, 11]
LABEL = "gtFine/train/aachen/aachen_000000_000019_gtFine_labelIds.png"
DEPTH = "disparity/train/aachen/aachen_000000_000019_disparity.png"


@pytest.fixture
def root(tmp_path):
    return makers.cityscapes(tmp_path / "cityscapes")


def test_the_official_folders_are_the_split(root):
    makers.cityscapes_frame(root, "test/berlin/berlin_000000_000019", label=False)
    makers.cityscapes_frame(root, "train_extra/nuremberg/nuremberg_000000_000019")
    source = CityscapesSource(root)
    train, val = source.frames("train"), source.frames("val")
    assert [f.name for f in train] == [f"train/aachen/aachen_{n:06d}_000019" for n in range(3)]
    assert [f.name for f in val] == [f"val/lindau/lindau_{n:06d}_000019" for n in range(2)]
    assert source.frames("all") == train + val
    assert train[0].sequence == "aachen"
    assert train[0].label == root / LABEL and train[0].depth == root / DEPTH
    # Validation may be all there is, as in a partial download.
    shutil.rmtree(root / "leftImg8bit" / "train")
    assert CityscapesSource(root).frames("all") == val


def test_values(root):
    source = CityscapesSource(root)
    frame = source.frames("train")[2]
    sample = source.read(frame, ignore_void=False)
    np.testing.assert_array_equal(sample.image, picture(2))
    np.testing.assert_array_equal(sample.segmentation[0, :34], UNIFIED_IDS)
    assert (sample.segmentation[1:16] == 1).all() and (sample.segmentation[16:] == 3).all()
    ignored = source.read(frame).segmentation[0, :34]
    np.testing.assert_array_equal(ignored, [255 if i == 0 else i for i in UNIFIED_IDS])
    depth = sample.depth[..., 0]
    assert (depth[:16] == -1).all()  # 0: not measured
    assert (depth[16] == 0).all()  # 1: infinitely far
    np.testing.assert_array_equal(depth[17:, 0], np.arange(17, 32) + np.float32(2 / 256))
    half = source.read(frame, size=(32, 24)).depth[..., 0]
    np.testing.assert_allclose(half[16:], depth[16:, ::2] / 2)
    assert (half[:16] == -1).all()
    assert source.read(frame, "raw").depth[17, 0, 0] == 17 * 256 + 2 + 1


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("cityscapes-19", TRAIN_IDS), ("cityscapes-34", [255, *range(1, 34)])],
)
def test_the_benchmarks_classes_and_all_ids(root, kind, expected):
    source = ak.data.source(kind, root)
    found = source.read(source.frames("train")[0]).segmentation[0, :34]
    np.testing.assert_array_equal(found, expected)
    assert source.info.kind == kind and source.info.num_classes == int(kind[-2:])
    names = ("road", "sidewalk", "bicycle") if kind[-2:] == "19" else ("road", "sky", "bicycle")
    numbers = (0, 1, 18) if kind[-2:] == "19" else (7, 23, 33)
    assert tuple(source.info.class_names[i] for i in numbers) == names
    assert source.info.palette[numbers[0]].tolist() == [128, 64, 128]


def test_metres_by_each_images_own_camera(root):
    makers.cityscapes_frame(
        root, "train/aachen/aachen_000001_000019", 1, camera=(2268.36, 0.222126)
    )
    source = CityscapesSource(root)
    cameras = ((2262.52, 0.209313), (2268.36, 0.222126))
    for frame, (focal, baseline) in zip(source.frames("train"), cameras, strict=False):
        disparity = source.read(frame).depth[17:]
        metres, inverse = (source.read(frame, unit).depth for unit in ("metres", "inverse_depth"))
        np.testing.assert_allclose(metres[17:], focal * baseline / disparity, rtol=1e-6)
        np.testing.assert_allclose(inverse[17:], disparity / (focal * baseline), rtol=1e-6)
        assert (metres[:17] == -1).all()  # at infinity, too: no number of metres
        assert (inverse[:16] == -1).all() and (inverse[16] == 0).all()
        assert source.files(frame)[-1].name.endswith("_camera.json")  # part of a cache's key
        small = source.read(frame, "metres", size=(32, 24)).depth
        np.testing.assert_allclose(small, metres[:, ::2])


def test_preset_bins_agree(root):
    source, preset = CityscapesSource(root), PRESETS["cityscapes"]
    assert preset.unit == source.info.depth_unit and preset.width == 2048
    frame = source.frames("val")[0]
    assert preset.stereo == source.calibration(frame, 48)


def test_no_camera(root):
    shutil.rmtree(root / "camera")
    source = CityscapesSource(root)
    frame = source.frames("val")[0]
    assert source.read(frame).depth.max() > 0  # disparity needs none
    with pytest.raises(DataError, match=r"camera/val/lindau/.*disparity_px.*no such file\.$"):
        source.read(frame, "metres")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1]",
        "not json",
        '{"extrinsic": {"baseline": 0}, "intrinsic": {"fx": 2262.52}}',
        '{"extrinsic": {"baseline": 0.2}, "intrinsic": {"fx": NaN}}',
        '{"extrinsic": {"baseline": 0.2}, "intrinsic": {"fx": [1]}}',
        '{"extrinsic": 1, "intrinsic": {"fx": 2}}',
        "[" * 100_000,
    ],
)
def test_bad_camera_files(tmp_path, text):
    path = tmp_path / "x_camera.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"Not a Cityscapes camera file: .*x_camera\.json") as error:
        read_camera(path)
    assert len(str(error.value)) < 400 and "intrinsic.fx" in str(error.value)


def test_archives_unpacked_side_by_side(root, tmp_path):
    apart = tmp_path / "apart"
    for sort in ("leftImg8bit", "gtFine", "disparity", "camera"):
        shutil.copytree(root / sort, apart / f"{sort}_trainvaltest" / sort)
    one, other = CityscapesSource(root), CityscapesSource(apart)
    for frame, moved in zip(one.frames("all"), other.frames("all"), strict=True):
        assert frame.name == moved.name
        expected = one.read(frame, "metres")
        found = other.read(moved, "metres")
        np.testing.assert_array_equal(found.depth, expected.depth)
        np.testing.assert_array_equal(found.segmentation, expected.segmentation)


def test_frames_without_labels_or_disparity_train(root, caplog):
    (root / LABEL).unlink()
    shutil.rmtree(root / "disparity" / "val")
    (root / DEPTH).unlink()
    data = ak.data.load("cityscapes", root, size=(16, 24), batch_size=3, shuffle=False)
    warned = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warned) == 2 and all("aachen_000000_000019_leftImg8bit.png" in w for w in warned)
    assert "no label file in gtFine" in warned[0] and "no depth file in disparity" in warned[1]
    (image, targets), *rest = list(data)
    assert not rest and image.shape == (3, 16, 24, 3) and image.dtype == tf.uint8
    labels, depth = targets["segmentation"].numpy(), targets["depth"].numpy()
    assert labels.shape == (3, 16, 24) and labels.dtype == np.uint8
    assert depth.shape == (3, 16, 24, 1) and depth.dtype == np.float32
    assert (labels[0] == 255).all() and (labels[1:] != 255).any()
    assert (depth[0] == -1).all() and depth[1:].max() == pytest.approx((31 + 2 / 256) / 2, abs=1)
    assert ak.data.load("cityscapes", root, split="val", size=(16, 24)).cardinality() == 1
    with pytest.raises(DataError, match=r"split 'val' .* has a depth file\. .*in disparity"):
        ak.data.load("cityscapes", root, split="val", size=(16, 24), main="depth")


def test_bad_folders(tmp_path):
    with pytest.raises(DataError, match=r"leftImg8bit/train/CITY/.*Received: an empty folder\.$"):
        CityscapesSource(tmp_path).frames()
    makers.cityscapes(tmp_path / "inside")
    said = r"No Cityscapes frame.*There are some in .*inside; give that folder. Received: inside\.$"
    with pytest.raises(DataError, match=said):
        CityscapesSource(tmp_path).frames()


@pytest.mark.parametrize(
    ("place", "pixels", "message"),
    [
        (LABEL, np.zeros((32, 48), np.uint16), r"Wrong label PNG.*labelIds\.png.*ids 0-33"),
        (LABEL, np.zeros((32, 48, 3), np.uint8), r"Wrong label PNG.*Received: 8-bit RGB"),
        (LABEL, np.full((32, 48), 34, np.uint8), r"Unknown label ids in .*Received: 34\.$"),
        (LABEL, np.zeros((32, 40), np.uint8), r"Sizes differ.*Expected 48x32.*Received: 40x32"),
        (DEPTH, np.zeros((32, 48), np.uint8), r"Wrong disparity PNG.*Received: 8-bit grey"),
        (DEPTH, np.zeros((16, 24), np.uint16), r"Sizes differ.*disparity\.png does not match"),
    ],
)
def test_bad_files_are_named(root, place, pixels, message):
    source = CityscapesSource(root)
    write_png(root / place, pixels)
    with pytest.raises(DataError, match=message):
        source.read(source.frames("train")[0])


def test_real_frames(cityscapes_root):
    source = CityscapesSource(cityscapes_root)
    frames = source.frames("train")
    assert [f.name.rpartition("/")[2] for f in frames] == [
        f"aachen_{n:06d}_000019" for n in range(3)
    ]
    assert all(frame.label for frame in frames)
    for frame in frames:
        sample = source.read(frame)
        assert sample.image.shape == (1024, 2048, 3)
        share = np.bincount(sample.segmentation.ravel(), minlength=256) / sample.segmentation.size
        assert set(np.flatnonzero(share)) <= {*range(1, 12), 255}
        assert share[3] > 0.15 and share[2] > 0.1  # road and building
        road, sky = (np.nonzero(sample.segmentation == i)[0].mean() for i in (3, 1))
        assert sky < 400 < 600 < road
        # The car's own bonnet and the border of the rectification are void in every frame.
        assert (sample.segmentation[-20:, 900:1100] == 255).all()
    data = ak.data.load("cityscapes", cityscapes_root, size=(64, 128), batch_size=3)
    ((_, targets),) = list(data)
    assert targets["segmentation"].shape == (3, 64, 128)
