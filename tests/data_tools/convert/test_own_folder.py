"""Folders as people have them, converted: nothing is lost, and nothing is left to mend."""

import os
import sys

import numpy as np
import pytest
import yaml
from PIL import Image

import auxnet_keras as ak
from auxnet_keras.errors import DataError
from data_tools.convert import convert
from data_tools.verify import verify
from tests.data import makers

SHAPE = (makers.HEIGHT, makers.WIDTH)
CLASSES = "classes: {0: sky, 1: road, 2: car}\n"


def folder(root, description, count=10):
    for number in range(count):
        makers.write_png(root / f"rgb/{number}.png", makers.picture(number))
    (root / "dataset.yaml").write_text(f"images: rgb\n{description}")
    return root


def same(root, out, unit=None):
    """Every frame decodes equal, at its own size and at another one; `verify` finds no error."""
    before, after = ak.data.source("folder", root), ak.data.source("folder", out)
    assert before.info.class_names == after.info.class_names
    assert before.info.palette.tolist() == after.info.palette.tolist()
    for split in ("train", "val", "all"):
        for one, other in zip(before.frames(split), after.frames(split), strict=True):
            assert one.name == other.name
            for size in (None, (20, 36)):
                old, new = before.read(one, unit, size=size), after.read(other, unit, size=size)
                np.testing.assert_array_equal(old.image, new.image)
                np.testing.assert_array_equal(old.segmentation, new.segmentation)
                np.testing.assert_array_equal(old.depth, new.depth)
    assert verify(f"folder:{out}").counts_by_code("error") == {}
    return after


def ids(number, shape=SHAPE):
    return np.random.default_rng(number).integers(0, 3, shape).astype(np.uint8)


@pytest.mark.parametrize("unit", ["metres", "disparity_px"])
def test_what_has_another_size_keeps_it(tmp_path, unit):
    half = (SHAPE[0] // 2, SHAPE[1] // 2)
    calibrated = "focal: 40.0, baseline: 0.5"
    root = folder(
        tmp_path / "in",
        "labels: {files: labels, resize: nearest}\n"
        f"depth: {{files: depth, unit: {unit}, scale: 0.001, resize: nearest, {calibrated}}}\n"
        f"{CLASSES}",
    )
    for number in range(10):
        makers.write_png(root / f"labels/{number}.png", ids(number, (SHAPE[0] * 2, SHAPE[1] * 2)))
        stored = np.random.default_rng(number).integers(1000, 9000, half).astype(np.uint16)
        makers.write_png(root / f"depth/{number}.png", stored)
    out = convert(f"folder:{root}", tmp_path / "out")
    same(root, out)
    same(root, out, "inverse_depth")
    written = yaml.safe_load((out / "dataset.yaml").read_text())
    assert written["labels"] == {"files": "labels", "resize": "nearest"}
    assert written["depth"]["resize"] == "nearest"


def packed(path, values):
    parts = [(values // 256**power % 256).astype(np.uint8) for power in range(3)]
    makers.write_png(path.with_suffix(".png"), np.stack(parts, axis=-1))


DEPTHS = {
    "packed": (packed, "scale: 5.9605e-05, packed: rgb", np.int32, (0, 1 << 24)),
    "far metres": (
        lambda path, values: np.save(path.with_suffix(".npy"), values),
        "scale: 1.0",
        np.float32,
        (0.0007, 6500.0),
    ),
    "doubles": (
        lambda path, values: np.save(path.with_suffix(".npy"), values),
        "scale: 0.01, invalid: [-1, 0.5]",
        np.float64,
        (-3, 900.0),
    ),
    "whole numbers of 32 bits": (
        lambda path, values: np.save(path.with_suffix(".npy"), values),
        "scale: 0.0001, invalid: [0, 70000]",
        np.int32,
        (0, 900_000),
    ),
    "a float TIFF": (
        lambda path, values: Image.fromarray(values).save(path.with_suffix(".tiff")),
        "scale: 1.0, offset: 0.25",
        np.float32,
        (0.1, 300.0),
    ),
    "big-endian": (
        lambda path, values: Image.fromarray(values.astype(">u2")).save(path.with_suffix(".tif")),
        "scale: 0.001",
        np.uint16,
        (0, 65536),
    ),
}


@pytest.mark.parametrize("name", DEPTHS)
def test_depth_that_no_16_bits_hold_is_the_same_to_the_bit(tmp_path, name):
    write, encoding, kind, (least, most) = DEPTHS[name]
    root = folder(tmp_path / "in", f"depth: {{files: depth, unit: metres, {encoding}}}\n")
    (root / "depth").mkdir()
    for number in range(10):
        values = np.random.default_rng(number).uniform(least, most, SHAPE).astype(kind)
        values[0] = np.nan if values.dtype.kind == "f" else 0
        write(root / f"depth/{number}", values)
    out = convert(f"folder:{root}", tmp_path / "out")
    after = same(root, out)
    same(root, out, "raw")
    assert (after.read(after.frames("all")[0]).depth[0] == -1).all()


def test_two_classes_of_one_colour(tmp_path):
    root = folder(
        tmp_path / "in", "labels: labels\nclasses: {0: thing, 1: building, 2: other}\n"
    )  # the first colour in order is that of buildings
    for number in range(10):
        makers.write_png(root / f"labels/{number}.png", ids(number))
    assert len(set(map(tuple, ak.data.info("folder", root).palette.tolist()))) == 2
    same(root, convert(f"folder:{root}", tmp_path / "out"))


def test_an_image_of_another_format_than_its_ending(tmp_path):
    root = folder(
        tmp_path / "in",
        "depth: {files: depth, unit: metres, scale: 0.001, focal: 50.0, baseline: 0.1}\n",
    )
    for number in range(10):
        stored = np.random.default_rng(number).integers(1000, 9000, SHAPE).astype(np.uint16)
        makers.write_png(root / f"depth/{number}.png", stored)
        Image.fromarray(makers.picture(number)).save(root / f"rgb/{number}.png", format="WEBP")
    same(root, convert(f"folder:{root}", tmp_path / "out"), "disparity_px")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", [b'"a"', b"'a'", b"a\\b", b" a", b"a ", b"a\nb", b"a\xff"])
def test_a_name_that_no_list_can_hold(tmp_path, name):
    root = folder(tmp_path / "in", f"labels: labels\n{CLASSES}", 3)
    makers.write_png(root / "labels/0.png", ids(0))
    try:
        (root / "rgb/2.png").rename(root / "rgb" / os.fsdecode(name + b".png"))
    except OSError:
        pytest.skip("the file system refuses the name")
    with pytest.raises(DataError, match=r"no list of names can hold.*rename the files") as said:
        convert(f"folder:{root}", tmp_path / "out")
    assert str(said.value).isprintable() and not (tmp_path / "out").exists()


def test_names_with_spaces_commas_and_endings(tmp_path):
    root = folder(tmp_path / "in", f"labels: labels\n{CLASSES}")
    for number, name in enumerate(["a b", "c, d", "e.png", "f;g", "ü'h", "a", 'i"j']):
        (root / f"rgb/{number}.png").rename(root / f"rgb/{name}.png")
        makers.write_png(root / f"labels/{name}.png", ids(number))
    same(root, convert(f"folder:{root}", tmp_path / "out"))
