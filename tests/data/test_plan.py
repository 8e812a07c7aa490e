import logging
import sys

import numpy as np
import pytest

from auxnet_keras.data.batches import arrays
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.errors import ConfigError, DataError
from tests.data import makers


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 11)


def plan(root, **options):
    return make_plan("kitti", root, **{"size": (16, 24), "batch_size": 3} | options)


def test_order_is_a_pure_function_of_seed_and_epoch(root):
    orders = {
        (seed, epoch): plan(root, seed=seed).order(epoch).tolist()
        for seed in range(2)
        for epoch in range(3)
    }
    assert plan(root, seed=1).order(2).tolist() == orders[1, 2]
    assert len({tuple(order) for order in orders.values()}) == 6
    # Eight training frames in batches of three: six of them, each at most once.
    assert all(len(order) == len(set(order)) == 6 for order in orders.values())
    assert set().union(*orders.values()) == set(range(8))


def test_unshuffled_order_is_that_of_the_names(root):
    assert plan(root, split="all").order(5).tolist() == list(range(11))
    assert plan(root, shuffle=False).order(5).tolist() == list(range(6))
    assert sorted(plan(root, split="val", shuffle=True).order(1)) == [0, 1, 2]


def test_last_partial_batch(root):
    assert [len(plan(root, split=split)) for split in ("train", "val", "all")] == [2, 1, 4]
    assert len(plan(root, split="all", batch_size=11)) == 1
    sizes = [len(image) for image, _ in arrays("kitti", root, split="all", batch_size=4)]
    assert sizes == [4, 4, 3]


def test_batches(root):
    batches = arrays("kitti", root, size=(16, 24), batch_size=3, augment=True)
    first, second = list(batches), list(batches)
    assert int(batches.epoch) == 2 and len(batches) == len(first) == 2
    image, targets = first[0]
    assert (image.shape, image.dtype) == ((3, 16, 24, 3), np.uint8)
    assert (targets["segmentation"].shape, targets["segmentation"].dtype) == (
        (3, 16, 24),
        np.uint8,
    )
    assert (targets["depth"].shape, targets["depth"].dtype) == ((3, 16, 24, 1), np.float32)
    assert not np.array_equal(first[0][0], second[0][0])
    batches.epoch.assign(1)  # the second pass again, as after a restart
    for (image, targets), (expected, expected_targets) in zip(batches, second, strict=True):
        np.testing.assert_array_equal(image, expected)
        np.testing.assert_array_equal(targets["depth"], expected_targets["depth"])
    assert [frame.name for frame in batches.source_frames][:2] == ["000001_10", "000002_10"]


def test_frames_of_several_sizes_make_a_batch(tmp_path):
    makers.kitti_frame(tmp_path, 0, height=40, width=60)
    makers.kitti_frame(tmp_path, 1, height=36, width=48)
    ((image, targets),) = arrays("kitti", tmp_path, split="all", size=(18, 24))
    assert image.shape == (2, 18, 24, 3)
    # Half of each image is measured, and disparity is in pixels of the new width.
    assert ((targets["depth"] >= 0).mean(axis=(1, 2, 3)) == 0.5).all()
    assert targets["depth"][0, -1, 0, 0] == pytest.approx(38 * 24 / 60)
    assert targets["depth"][1, -1, 0, 0] == pytest.approx((35 + 1 / 256) * 24 / 48)


def test_a_bad_file_is_named_when_it_is_reached(root):
    path = root / "training/semantic/000007_10.png"
    path.write_bytes(path.read_bytes()[:50])
    batches = iter(arrays("kitti", root, split="all", batch_size=4))
    next(batches)
    with pytest.raises(DataError, match=r"Truncated.*semantic/000007_10\.png"):
        next(batches)


def test_missing_files_are_warned_about_with_their_path(root, caplog):
    (root / "training/semantic/000003_10.png").unlink()
    (root / "training/disp_occ_0/000004_10.png").unlink()
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        frames = plan(root).frames
    images = root / "training/image_2"
    assert [record.message for record in caplog.records] == [
        f"{images}/000003_10.png: no label file in semantic; trains without it",
        f"{images}/000004_10.png: no depth file in disp_occ_0, disp_noc_0; trains without it",
    ]
    assert len(frames) == 8


def test_many_warnings_end_in_a_count(tmp_path, caplog):
    root = makers.kitti(tmp_path, 15, depth=None)
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        plan(root, split="all")
    assert len(caplog.records) == 11
    assert caplog.records[-1].message == f"{root}: 5 more frames without depth"


def test_no_label_at_all(tmp_path):
    root = makers.kitti(tmp_path, 6, label=False)
    with pytest.raises(DataError, match=r"No frame of the split 'train'.*semantic.*4 frames"):
        plan(root)


def test_too_small_splits(root):
    with pytest.raises(DataError, match=r"smaller than one batch.*at least 9.*Received: 8 frames"):
        plan(root, batch_size=9)
    for number in (0, 5, 10):
        (root / f"training/image_2/{number:06d}_10.png").unlink()
    with pytest.raises(DataError, match=r"The split 'val'.*is empty"):
        plan(root, split="val")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 224}, r"\(height, width\)"),
        ({"size": (0, 10)}, "positive"),
        ({"batch_size": 0}, "batch_size must be an integer, 1 or more. Received: 0"),
        ({"batch_size": 2.5}, "batch_size"),
        ({"seed": -1}, "seed must be an integer, 0 or more"),
        ({"depth_unit": "disparity"}, "did you mean 'disparity_px'"),
        ({"split": "training"}, "did you mean 'train'"),
        ({"limit": 0}, "limit"),
    ],
)
def test_bad_settings(root, options, message):
    with pytest.raises(ConfigError, match=message):
        plan(root, **options)


def test_planning_opens_no_frame(root, monkeypatch):
    def opened(event, args):
        if event == "open" and str(args[0]).startswith(str(root)) and recording:
            seen.append(args[0])

    seen, recording = [], True
    sys.addaudithook(opened)
    try:
        plan(root)
    finally:
        recording = False
    assert seen == []
