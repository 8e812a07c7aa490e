"""What is said before a training that could learn nothing, or would add to its own data."""

import shutil

import cv2
import numpy as np
import pytest
import yaml

import auxnet_keras as ak
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.fit.check_data import check_data

BOTH = ("segmentation", "depth")


@pytest.fixture
def root(tmp_path):
    """Ten images with labels of two classes and depth."""
    root, random = tmp_path / "data", np.random.default_rng(0)
    for folder, values in (
        ("rgb", lambda: random.integers(0, 256, (32, 64, 3), np.uint8)),
        ("labels", lambda: random.integers(0, 2, (32, 64), np.uint8)),
        ("depth", lambda: random.integers(1, 500, (32, 64), np.uint16)),
    ):
        (root / folder).mkdir(parents=True)
        for number in range(10):
            cv2.imwrite(str(root / folder / f"{number}.png"), values())
    describe(root, {0: "road", 1: "car"})
    return root


def describe(root, classes, ignore=()):
    depth = {"files": "depth", "unit": "metres", "scale": 0.01, "invalid": [0]}
    spec = {"images": "rgb", "labels": "labels", "depth": depth, "classes": classes}
    spec |= {"ignore": list(ignore)} if ignore else {}
    (root / "dataset.yaml").write_text(yaml.safe_dump(spec))


def check(root, tasks=BOTH, out="run"):
    plans = (
        ak.data.load("folder", root, split=split, size=(32, 64), batch_size=2, main=tasks[0]).plan
        for split in ("train", "val")
    )
    check_data(tasks, *plans, root / out)


def overwrite(root, folder, value, names="*"):
    for file in (root / folder).glob(f"{names}.png"):
        image = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(file), np.full_like(image, value))


def test_good_data(root):
    check(root)
    check(root, ("depth",))


def test_one_class(root):
    overwrite(root, "labels", 0)
    describe(root, {0: "road"})
    with pytest.raises(DataError, match=r"has one class.*--single-task.*Received: 'road'"):
        check(root)
    check(root, ("depth",))


@pytest.mark.parametrize("tasks", [BOTH, ("segmentation",)])
def test_every_pixel_ignored(root, tasks):
    overwrite(root, "labels", 255)
    describe(root, {0: "road", 1: "car"}, ignore=[255])
    with pytest.raises(DataError, match="No pixel of the training frames has a label that is not"):
        check(root, tasks)


@pytest.mark.parametrize("tasks", [BOTH, ("depth",)])
def test_every_depth_invalid(root, tasks):
    overwrite(root, "depth", 0)
    with pytest.raises(DataError, match=r"has a valid depth, so depth .* such as .*depth/\d.png"):
        check(root, tasks)


def test_validation_frames_without_the_main_target(root):
    source = ak.data.source("folder", root)
    describe(root, {0: "road", 1: "car"}, ignore=[255])
    for frame in source.frames("val"):
        overwrite(root, "labels", 255, frame.label.stem)
    with pytest.raises(DataError, match="No pixel of the validation frames"):
        check(root)


def test_depth_that_is_described_and_not_there(root):
    shutil.rmtree(root / "depth")
    (root / "depth").mkdir()
    with pytest.raises(DataError, match=r"No image in .* has a file of depth.files: 'depth'"):
        check(root)


def test_an_auxiliary_target_that_no_frame_has(root):
    spec = yaml.safe_load((root / "dataset.yaml").read_text())
    del spec["depth"]
    (root / "dataset.yaml").write_text(yaml.safe_dump(spec))
    with pytest.raises(DataError, match=r"No training frame.*has a depth file.*--single-task"):
        check(root)
    check(root, ("segmentation",))


@pytest.mark.parametrize("out", ["rgb", "rgb/run", "labels/a/b", "depth/run"])
def test_a_run_folder_among_the_images(root, out):
    with pytest.raises(ConfigError, match="pictures would become frames; choose another --out"):
        check(root, out=out)
