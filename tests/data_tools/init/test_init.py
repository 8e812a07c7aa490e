"""A description suggested for the layouts that tools and data sets have."""

import numpy as np
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from auxnet_keras.cli import app
from auxnet_keras.data.readers.folder import FolderSource
from auxnet_keras.errors import DataError
from data_tools.init import init
from tests.data import makers

COLOURS = {0: (128, 128, 128), 1: (128, 0, 0), 2: (0, 0, 192)}
SHAPE = (makers.HEIGHT, makers.WIDTH)


def ids_of(number, values=(0, 1, 2)):
    return np.random.default_rng(number).choice(values, SHAPE).astype(np.uint8)


def image(path, number=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(makers.picture(number)).save(path)


def mask(path, number=0, values=(0, 1, 2)):
    makers.write_png(path, ids_of(number, values))


def coloured(path, number=0):
    makers.write_png(
        path, np.array([COLOURS[i] for i in ids_of(number).ravel()], np.uint8).reshape(*SHAPE, 3)
    )


def depth(path, number=0):
    stored = np.random.default_rng(number).integers(1000, 60_000, SHAPE).astype(np.uint16)
    makers.write_png(path, stored)


def written(root):
    return yaml.safe_load((root / "dataset.yaml").read_text())


def counts(source):
    frames = source.frames("all")
    return (
        len(frames),
        sum(f.label is not None for f in frames),
        sum(f.depth is not None for f in frames),
    )


def test_folders_with_equal_names(tmp_path):
    for number in range(4):
        image(tmp_path / f"rgb/{number}.jpg", number)
        mask(tmp_path / f"labels/{number}.png", number, (0, 1, 2, 255))
        depth(tmp_path / f"depth/{number}.png", number)
    assert counts(init(tmp_path)) == (4, 4, 4)
    spec = written(tmp_path)
    assert (spec["images"], spec["labels"]) == ("rgb", "labels")
    assert spec["depth"] == {"files": "depth", "unit": "metres", "scale": 0.001, "invalid": [0]}
    assert spec["classes"] == {0: "class 0", 1: "class 1", 2: "class 2"} and spec["ignore"] == [255]
    assert "a guess: the largest stored value" in (tmp_path / "dataset.yaml").read_text()


def test_official_camvid(tmp_path):
    for number in range(4):
        image(tmp_path / f"701_StillsRaw_full/0001TP_00{number}.png", number)
        coloured(tmp_path / f"LabeledApproved_full/0001TP_00{number}_L.png", number)
    source = init(tmp_path)
    assert counts(source) == (4, 4, 0)
    assert written(tmp_path)["labels"] == {
        "files": "LabeledApproved_full/*_L.png",
        "stored": "colors",
    }
    names = {tuple(c["color"]): c["name"] for c in written(tmp_path)["classes"].values()}
    assert names == {COLOURS[0]: "Sky", COLOURS[1]: "Building", COLOURS[2]: "Sidewalk"}
    assert (source.read(source.frames("all")[0]).segmentation < 3).all()


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("{}", "{}annot"),
        ("img_dir/{}", "ann_dir/{}"),
        ("{}/images", "{}/masks"),
        ("leftImg8bit/{}/town", "gt/{}/town"),
    ],
)
def test_a_folder_for_each_split(tmp_path, images, labels):
    for start, split in enumerate(("train", "val", "test")):
        for number in range(3):
            image(tmp_path / images.format(split) / f"{split}{number}.png", 3 * start + number)
            mask(tmp_path / labels.format(split) / f"{split}{number}.png", number)
    source = init(tmp_path)
    assert counts(source) == (9, 9, 0)
    assert [len(source.frames(split)) for split in ("train", "val", "test")] == [3, 3, 3]
    place = images.format("val").removesuffix("/town")
    assert written(tmp_path)["images"]["val"] == place


def test_pascal_voc(tmp_path):
    for number in range(5):
        image(tmp_path / f"JPEGImages/2007_00{number}.jpg", number)
        if number < 4:
            ids = ids_of(number, (0, 3, 255))
            makers.write_palette_png(tmp_path / f"SegmentationClass/2007_00{number}.png", ids)
    lists = tmp_path / "ImageSets/Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("2007_000\n2007_001\n")
    (lists / "val.txt").write_text("2007_002\n")
    source = init(tmp_path)
    assert counts(source) == (5, 4, 0)
    assert [f.name for f in source.frames("val")] == ["2007_002"]
    assert set(written(tmp_path)["classes"]) == {0, 3} and written(tmp_path)["ignore"] == [255]


def test_images_and_masks_in_one_folder(tmp_path):
    for number in range(4):
        image(tmp_path / f"a/x{number}.jpg", number)
        mask(tmp_path / f"a/x{number}_mask.png", number)
        image(tmp_path / f"b/y{number}.jpg", number)
        mask(tmp_path / f"b/y{number}.png", number)
    assert counts(init(tmp_path / "a")) == (4, 4, 0)
    assert counts(init(tmp_path / "b")) == (4, 4, 0)
    assert written(tmp_path / "a")["labels"].endswith("*_mask.png")


def test_names_with_different_ends(tmp_path):
    for number in range(4):
        image(tmp_path / f"img/cam_{number}_left.png", number)
        mask(tmp_path / f"gt/mask_{number}_ids.png", number)
    assert counts(init(tmp_path)) == (4, 4, 0)


def test_depth_alone_in_floats(tmp_path):
    for number in range(4):
        image(tmp_path / f"rgb/{number}.png", number)
        (tmp_path / "depth").mkdir(exist_ok=True)
        np.save(tmp_path / f"depth/{number}.npy", np.linspace(1, 9, 32 * 48).reshape(SHAPE))
    assert counts(init(tmp_path)) == (4, 0, 4)
    assert written(tmp_path)["depth"]["scale"] == 1 and "classes" not in written(tmp_path)


def test_names_from_the_files_of_tools(tmp_path):
    for number in range(3):
        image(tmp_path / f"a/rgb/{number}.png", number)
        mask(tmp_path / f"a/labels/{number}.png", number)
        image(tmp_path / f"b/rgb/{number}.png", number)
        coloured(tmp_path / f"b/masks/{number}.png", number)
    (tmp_path / "a/classes.txt").write_text("sky\nhouse: big\nno\n")
    table = "# label:color_rgb:parts:actions\nheaven:128,128,128::\nhut:128,0,0::\nway:0,0,192::\n"
    (tmp_path / "b/labelmap.txt").write_text(table)
    assert init(tmp_path / "a").info.class_names == ("sky", "house: big", "no")
    assert init(tmp_path / "b").info.class_names == ("heaven", "hut", "way")


def test_binary_masks(tmp_path):
    for number in range(3):
        image(tmp_path / f"rgb/{number}.png", number)
        mask(tmp_path / f"masks/{number}.png", number, (0, 255))
    source = init(tmp_path)
    assert set(np.unique(source.read(source.frames("all")[0]).segmentation)) == {0, 1}


def test_other_sizes_and_turned_images(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    for number in range(3):
        image(tmp_path / f"a/rgb/{number}.png", number)
        makers.write_png(tmp_path / f"a/labels/{number}.png", ids_of(number)[::2, ::2])
        (tmp_path / "b/rgb").mkdir(parents=True, exist_ok=True)
        turned = np.rot90(makers.picture(number))
        Image.fromarray(turned).save(tmp_path / f"b/rgb/{number}.png", exif=exif)
        mask(tmp_path / f"b/labels/{number}.png", number)
    for name in "ab":
        source = init(tmp_path / name)
        assert source.read(source.frames("all")[0]).segmentation.shape == SHAPE
    assert written(tmp_path / "a")["labels"]["resize"] == "nearest"
    assert written(tmp_path / "b")["orientation"] == "upright"


def test_what_it_refuses(tmp_path):
    with pytest.raises(DataError, match=r"Cannot tell what .* holds.*Received: an empty folder"):
        init(tmp_path)
    image(tmp_path / "rgb/0.png")
    with pytest.raises(DataError, match=r"Cannot tell.*Received: 1 image such as rgb/0\.png\.$"):
        init(tmp_path)
    assert not (tmp_path / "dataset.yaml").exists()
    mask(tmp_path / "labels/0.png")
    init(tmp_path)
    text = (tmp_path / "dataset.yaml").read_text()
    with pytest.raises(DataError, match=r"dataset\.yaml exists; nothing was changed"):
        init(tmp_path)
    assert (tmp_path / "dataset.yaml").read_text() == text
    makers.kitti(tmp_path / "kitti")
    with pytest.raises(DataError, match=r"looks like the data set 'kitti'.*Use it as kitti:"):
        init(tmp_path / "kitti")
    with pytest.raises(DataError, match="No folder"):
        init(tmp_path / "none")


def test_the_command(tmp_path):
    for number in range(4):
        image(tmp_path / f"rgb/{number}.png", number)
        mask(tmp_path / f"labels/{number}.png", number)
    result = CliRunner().invoke(app, ["data", "init", str(tmp_path)])
    assert result.exit_code == 0
    assert "4 images, 4 with labels, 2 to train, 1 to val" in " ".join(result.output.split())
    assert isinstance(FolderSource(tmp_path), FolderSource)
