import logging
import shutil

import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.data.bin_presets import PRESETS
from auxnet_keras.data.files.colours import read_colours
from auxnet_keras.data.readers.vkitti import VkittiScenesSource, VkittiSource
from auxnet_keras.data.readers.vkitti_labels import CATEGORIES
from auxnet_keras.errors import DataError
from tests.data import driving_makers as makers
from tests.data.makers import write_png

# Terrain, Sky, Tree, Vegetation, Building, Road, GuardRail, TrafficSign, TrafficLight, Pole, Misc,
# Truck, Car, Van in the unified order.
UNIFIED = np.array([6, 1, 6, 6, 2, 3, 5, 9, 0, 7, 0, 8, 8, 8], np.uint8)
LABEL_2 = "Scene01/clone/frames/classSegmentation/Camera_0/classgt_00000.png"
ENCODING = "vkitti_1.3.1_scenegt/0001_clone_scenegt_rgb_encoding.txt"
LABEL_1 = "vkitti_1.3.1_scenegt/0001/clone/00000.png"


@pytest.fixture
def release2(tmp_path):
    return makers.vkitti2(tmp_path / "vkitti2")


@pytest.fixture
def release1(tmp_path):
    return makers.vkitti1(tmp_path / "vkitti1")


def warnings(caplog):
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


def test_frames_of_2_0_3(release2):
    source = VkittiSource(release2)
    frames = source.frames("all")
    assert len(frames) == 2 * 2 * 2 * 5
    assert frames[0].name == "Scene01/clone/Camera_0/00000" and frames[0].sequence == "Scene01"
    place = release2 / "Scene01/clone/frames"
    assert frames[0].image == place / "rgb/Camera_0/rgb_00000.jpg"
    assert frames[0].label == release2 / LABEL_2
    assert frames[0].depth == place / "depth/Camera_0/depth_00000.png"


def test_values_of_2_0_3(release2, caplog):
    source = VkittiSource(release2)
    frame = source.frames("all")[3]
    sample = source.read(frame, ignore_void=False)
    assert np.abs(sample.image.astype(int) - [200, 90, 40]).max() <= 3  # a JPEG
    np.testing.assert_array_equal(sample.segmentation, UNIFIED[makers.categories()])
    ignored = source.read(frame).segmentation
    expected = np.where(sample.segmentation == 0, 255, sample.segmentation)
    np.testing.assert_array_equal(ignored, expected)
    depth = sample.depth[..., 0]
    assert (depth[:8] == -1).all()  # the sky
    np.testing.assert_allclose(depth[8:31], 5.03)
    np.testing.assert_allclose(depth[31], 655.34)
    inverse = source.read(frame, "inverse_depth").depth[..., 0]
    assert (inverse[:8] == -1).all()
    np.testing.assert_allclose(inverse[8:31], 1 / 5.03, rtol=1e-6)
    disparity = source.read(frame, "disparity_px").depth[..., 0]
    np.testing.assert_allclose(disparity[8:31], 725.0087 * 0.532725 / 5.03, rtol=1e-6)
    small = source.read(frame, size=(16, 24)).depth[..., 0]
    np.testing.assert_allclose(small[4:15], 5.03)
    assert source.info.depth_unit == "metres" and not warnings(caplog)


def test_all_of_the_palette_and_only_it(release2, caplog):
    label = np.zeros((32, 48, 3), np.uint8)
    label[0, :15] = list(makers.OFFICIAL_COLOURS.values())
    label[1, :2] = (255, 100, 255), (0, 200, 0)  # 1.3.1's GuardRail, and nearly a tree
    write_png(release2 / LABEL_2, label)
    source = VkittiSource(release2)
    frame = source.frames("all")[0]
    found = source.read(frame, ignore_void=False).segmentation
    np.testing.assert_array_equal(found[0, :15], [*UNIFIED, 0])
    assert found[1, :3].tolist() == [255, 255, 0]
    source.read(frame)
    (warning,) = warnings(caplog)  # once a file
    assert str(release2 / LABEL_2) in warning and "ignored 2 pixels of colours" in warning
    assert warning.endswith("such as (255, 100, 255)")


def test_14_categories(release2, release1):
    for root in (release2, release1):
        source = ak.data.source("vkitti-14", root)
        sample = source.read(source.frames("all")[0])
        np.testing.assert_array_equal(sample.segmentation, makers.categories())
    assert source.info.class_names == tuple(list(makers.OFFICIAL_COLOURS)[:14])
    assert source.info.palette[6].tolist() == [250, 100, 255]
    label = np.zeros((32, 48, 3), np.uint8)  # Undefined
    write_png(release2 / LABEL_2, label)
    source = ak.data.source("vkitti-14", release2)
    assert (source.read(source.frames("all")[0], ignore_void=False).segmentation == 255).all()


def test_a_palette_file_of_2_0_3_counts(release2):
    colours = {**makers.OFFICIAL_COLOURS, "Road": (210, 0, 200), "Terrain": (100, 60, 100)}
    text = makers.palette_text(colours, header="Category")
    (release2 / "Scene01/clone/colors.txt").write_text(text)
    source = VkittiSource(release2)
    swapped, plain = (source.read(source.frames("all")[i]).segmentation[0] for i in (0, 10))
    assert (swapped[0], swapped[15]) == (3, 6) and (plain[0], plain[15]) == (6, 3)
    assert release2 / "Scene01/clone/colors.txt" in source.files(source.frames("all")[0])


def test_archives_unpacked_apart_and_folders_in_other_case(tmp_path):
    for number in range(3):
        makers.vkitti2_frame(tmp_path, "Scene06/rain", number, split_archives=True)
    folder = tmp_path / "vkitti_2.0.3_classSegmentation/Scene06/rain/frames"
    (folder / "classSegmentation").rename(folder / "classsegmentation")
    source = VkittiSource(tmp_path)
    frames = source.frames("all")
    assert [f.name for f in frames] == [f"Scene06/rain/Camera_0/{n:05d}" for n in range(3)]
    np.testing.assert_array_equal(
        source.read(frames[1], ignore_void=False).segmentation, UNIFIED[makers.categories()]
    )
    assert source.read(frames[1]).depth.max() > 5


def test_1_3_1_has_a_palette_a_clip(release1, caplog):
    source = VkittiSource(release1)
    frames = source.frames("all")
    assert len(frames) == 2 * 2 * 5
    assert frames[0].name == "0001/15-deg-left/00000" and frames[0].sequence == "0001"
    assert frames[5].label == release1 / LABEL_1
    assert frames[5].image == release1 / "vkitti_1.3.1_rgb/0001/clone/00000.png"
    for frame in frames:  # colours differ between clips, classes do not
        found = source.read(frame, ignore_void=False)
        np.testing.assert_array_equal(found.segmentation, UNIFIED[makers.categories()])
        np.testing.assert_allclose(found.depth[8:31], 5 + int(frame.name[-5:]) / 100)
        assert (found.depth[:8] == -1).all()
    assert not warnings(caplog)
    assert release1 / ENCODING in source.files(frames[5])
    with pytest.raises(DataError, match=r"00000\.png\. .*inverse_depth.*release 1\.3\.1\.$"):
        source.read(frames[5], "disparity_px")


def test_1_3_1_counts_unknown_colours(release1, caplog):
    path = release1 / ENCODING
    path.write_text(path.read_text().replace("Car:17 201 7 3\n", ""))  # and Car:0 is not meant
    source = VkittiSource(release1)
    sample = source.read(source.frames("all")[5], ignore_void=False)
    expected = UNIFIED[makers.categories()]
    expected[makers.categories() == 12] = 255
    np.testing.assert_array_equal(sample.segmentation, expected)
    (warning,) = warnings(caplog)
    pixels = (makers.categories() == 12).sum()
    assert str(release1 / LABEL_1) in warning and f"{pixels} pixels" in warning
    assert str(path) in warning and "(201, 7, 3)" in warning


def test_after_ten_files_unknown_colours_are_information(release1, caplog):
    caplog.set_level("INFO", "auxnet_keras")
    for path in release1.glob("vkitti_1.3.1_scenegt/*.txt"):
        path.write_text("Category(:id) r g b\nSky 90 200 255\n")
    source = VkittiSource(release1)
    for frame in source.frames("all"):
        source.read(frame)
    reported = [r for r in caplog.records if "pixels of colours" in r.getMessage()]
    assert len(reported) == 20 and len(warnings(caplog)) == 10


def test_a_clip_without_its_palette_file(release1):
    (release1 / ENCODING).unlink()
    with pytest.raises(DataError) as error:
        VkittiSource(release1).frames()
    message = str(error.value)
    assert "0001/clone" in message and str(release1 / ENCODING) in message
    assert message.endswith("Received: 1 clips without a palette file.")
    shutil.rmtree(release1 / "vkitti_1.3.1_scenegt/0001/clone")  # depth alone trains
    frames = VkittiSource(release1).frames("all")
    assert len(frames) == 20 and sum(frame.label is None for frame in frames) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"Empty file: .*colors\.txt"),
        ("Category r g b\n", r"Not a palette: .*colors\.txt\. Expected lines"),
        ("Category r g b\nSky 90 200\n", r"colors\.txt, line 2\. .*Received: 'Sky 90 200'\.$"),
        ("Sky 90 200 256\n", "line 1.*up to 255"),
        ("Sky 90 200 -1\n", "line 1"),
        ("Sky 90 200 x\n\n", "line 1"),
        ("\x89PNG\n", "line 1"),
    ],
)
def test_bad_palettes(tmp_path, text, message):
    path = tmp_path / "colors.txt"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_colours(path)


def test_palette_lines(tmp_path):
    path = tmp_path / "colors.txt"
    path.write_bytes(b"Category(:id) r g b\r\nTerrain 210 0 200\r\nCar:12  1 2 3\r\n\r\n")
    assert read_colours(path) == [("Terrain", (210, 0, 200)), ("Car", (1, 2, 3))]


def test_a_tenth_of_the_moments_is_validation(tmp_path):
    root = makers.vkitti2(tmp_path, count=10)
    source = VkittiSource(root)
    parts = {
        split: {(f.sequence, f.name[-5:]) for f in source.frames(split)}
        for split in ("train", "val")
    }
    assert len(parts["train"]) == 18 and len(parts["val"]) == 2
    assert not parts["train"] & parts["val"]
    assert len({number for _, number in parts["val"]}) == 2  # drawn for each scene anew
    # A moment keeps its variations and cameras; the seed of a run does not move it.
    assert len(source.frames("val")) == 2 * 2 * 2 and len(source.frames("all")) == 80
    assert VkittiSource(root).frames("val", seed=7) == source.frames("val")
    # One more frame's depth, or another listing order, changes nothing.
    shutil.rmtree(root / "Scene01/fog")
    kept = {(f.sequence, f.name[-5:]) for f in VkittiSource(root).frames("val")}
    assert kept == parts["val"]


def test_scenes_for_validation(tmp_path):
    scenes = ("Scene01", "Scene02", "Scene06", "Scene18", "Scene20")
    root = makers.vkitti2(tmp_path, scenes, ("clone",), count=2, cameras=(0,))
    source = VkittiScenesSource(root)
    assert {f.sequence for f in source.frames("val")} == {"Scene20"}
    assert {f.sequence for f in source.frames("train")} == set(scenes[:4])
    assert ak.data.source("vkitti-14-scenes", root).info.num_classes == 14


def test_preset_bins_agree(release2):
    source, preset = VkittiSource(release2), PRESETS["vkitti"]
    assert preset.unit == source.info.depth_unit == "metres" and preset.width == 1242
    assert preset.stereo == source.calibration(source.frames("all")[0], 1242)
    assert preset.edges[-1] == 655  # the far plane lies behind it
    assert dict(CATEGORIES) == makers.OFFICIAL_COLOURS


@pytest.mark.parametrize("release", ["release1", "release2"])
def test_load(release, request, caplog):
    root = request.getfixturevalue(release)
    for path in root.rglob("*00004.png"):
        if "depth" in str(path) or "scenegt" in str(path):
            path.unlink()
    data = ak.data.load(
        "vkitti", root, split="all", size=(16, 24), batch_size=20, depth_unit="inverse_depth"
    )
    image, targets = next(iter(data))
    assert image.shape == (20, 16, 24, 3) and image.dtype == tf.uint8
    labels, depth = targets["segmentation"].numpy(), targets["depth"].numpy()
    assert labels.shape == (20, 16, 24) and labels.dtype == np.uint8
    assert depth.shape == (20, 16, 24, 1) and depth.dtype == np.float32
    assert (depth[4] == -1).all() and depth[0].max() == pytest.approx(1 / 5, rel=1e-5)
    assert set(np.unique(labels[0])) == {1, 2, 3, 5, 6, 7, 8, 9, 255}
    assert any("00004" in w and "no depth file in depth, depthgt" in w for w in warnings(caplog))


def test_bad_folders(release1, release2, tmp_path):
    with pytest.raises(DataError, match="Both releases of Virtual KITTI in"):
        VkittiSource(tmp_path).frames()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match=r"No frame of Virtual KITTI.*an empty folder\.$"):
        VkittiSource(empty).frames()


@pytest.mark.parametrize(
    ("path", "pixels", "message"),
    [
        (
            LABEL_2,
            np.zeros((32, 48), np.uint8),
            r"Wrong label PNG: .*classgt_00000\.png.*an 8-bit",
        ),
        (LABEL_2, np.zeros((32, 48, 3), np.uint16), r"Wrong label PNG.*16-bit RGB, 48x32\.$"),
        (LABEL_2, np.zeros((32, 40, 3), np.uint8), r"Sizes differ.*Received: 40x32\.$"),
        (
            LABEL_2.replace("classSegmentation", "depth").replace("classgt", "depth"),
            np.zeros((32, 48), np.uint8),
            r"Wrong depth PNG: .*depth_00000\.png.*centimetres",
        ),
    ],
)
def test_bad_files_are_named(release2, path, pixels, message):
    write_png(release2 / path, pixels)
    source = VkittiSource(release2)
    with pytest.raises(DataError, match=message):
        source.read(source.frames("all")[0])


def test_a_broken_palette_names_its_file_through_load(release1):
    (release1 / ENCODING).write_text("Sky 90\n")
    data = ak.data.load("vkitti", release1, split="all", size=(16, 24), batch_size=2)
    with pytest.raises(tf.errors.OpError) as error:
        list(data)
    assert "0001_clone_scenegt_rgb_encoding.txt, line 1" in ak.data.sentence(error.value)
