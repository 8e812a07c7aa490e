"""Few labels and much depth, from files to batches."""

import dataclasses
import logging
import os

import keras
import numpy as np
import pytest
import yaml

import auxnet_keras as ak
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.errors import ConfigError, DataError
from tests.data import makers

OPTIONS = {"size": (16, 24), "batch_size": 4, "seed": 3}


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 20)  # 16 train


def plan(root, kind="kitti", **options):
    return make_plan(kind, root, **OPTIONS | options)


def sparse_depth(root, count, *, height=32, width=96, share=0.05):
    """A folder of images and LiDAR-like depth, twice as wide: 10 m where it was measured."""
    spec = {
        "images": "rgb",
        "depth": {"files": "depth", "unit": "metres", "scale": 1 / 256, "focal": 100.0}
        | {"baseline": 0.5},
    }
    root.mkdir()
    (root / "dataset.yaml").write_text(yaml.safe_dump(spec))
    for number in range(count):
        makers.write_png(root / f"rgb/{number}.png", makers.picture(number, height, width))
        measured = np.random.default_rng(number).random((height, width)) < share
        depth = np.where(measured, 10 * 256, 0).astype(np.uint16)
        makers.write_png(root / f"depth/{number}.png", depth)
    return root


def shown(plan, index):
    sample = plan.sample(index, 0)
    return (sample.segmentation != 255).any(), (sample.depth >= 0).any()


def test_labels_leaves_the_depth_of_all(root):
    kept = {}
    for labels in (2, 5, 16):
        few = plan(root, labels=labels)
        shows = [shown(few, index) for index in range(16)]
        assert all(depth for _, depth in shows)
        kept[labels] = {index for index, (label, _) in enumerate(shows) if label}
        assert len(kept[labels]) == labels and sorted(kept[labels]) == few.indices_with(
            "segmentation"
        )
    assert kept[2] < kept[5] < kept[16]
    assert plan(root, labels=5, seed=4).indices_with("segmentation") != sorted(kept[5])


def test_with_depth_as_the_main_task_its_targets_are_the_few(root):
    few = plan(root, labels=5, main="depth")
    shows = [shown(few, index) for index in range(16)]
    assert all(label for label, _ in shows)
    assert sum(depth for _, depth in shows) == 5


def test_only_training_is_affected(root):
    few, all_of_them = plan(root, split="val", labels=1), plan(root, split="val")
    assert few.identity() == all_of_them.identity()
    assert len(few.indices_with("segmentation")) == 4
    assert plan(root, split="all", labels=1).indices_with("segmentation") == list(range(20))


def test_batches_and_passes(root):
    few = plan(root, labels=6)
    assert len(few) == 3  # two labelled frames and two others in each
    labelled = set(few.indices_with("segmentation"))
    for epoch in range(3):
        batches = few.order(epoch).reshape(3, 4)
        assert all(len(labelled & set(batch)) == 2 for batch in batches.tolist())
        assert labelled <= set(batches.ravel().tolist())
    alone = plan(root, labels=8, extra_share=0)
    assert len(alone) == 2 and set(alone.order(1)) == set(alone.indices_with("segmentation"))
    assert len(plan(root, labels=16)) == 4  # no others are left
    # Unshuffled, everything in the order of the names.
    assert plan(root, labels=6, shuffle=False).order(0).tolist() == list(range(16))


def test_frames_without_a_label_file_are_extra_frames(root):
    (root / "training/semantic/000001_10.png").unlink()
    (root / "training/semantic/000002_10.png").unlink()
    (root / "training/disp_occ_0/000002_10.png").unlink()  # of no use
    few = plan(root, labels=14)
    assert few.sampling.extra == [0] and len(few) == 7
    with pytest.raises(ConfigError, match="at most 14"):
        plan(root, labels=15)


def test_an_auxiliary_pass_goes_over_all_depths_and_shares_the_cache(root):
    (root / "training/disp_occ_0/000002_10.png").unlink()
    few = plan(root, labels=6, cache="memory")
    every = few.auxiliary_pass()
    assert len(every) == 3 and every.cache is few.cache
    seen = set().union(*(every.order(epoch).tolist() for epoch in range(9)))
    assert seen == set(range(16)) - {1}
    assert every.identity() != few.identity()
    with pytest.raises(DataError, match=r"at least 16.*Received: 15 frames with depth"):
        dataclasses.replace(few, batch_size=16).auxiliary_pass()


def test_budgets_share_a_cache_folder(root, tmp_path):
    folder = tmp_path / "cache"
    for labels in (2, 6, None):
        few = plan(root, labels=labels, cache=folder)
        samples = [few.sample(index, 0) for index in range(16)]
        assert len(list(folder.iterdir())) == 16
    uncached = plan(root)
    for index, sample in enumerate(samples):
        expected = uncached.sample(index, 0)
        np.testing.assert_array_equal(sample.segmentation, expected.segmentation)
        np.testing.assert_array_equal(sample.depth, expected.depth)


def test_extra_data_come_in_the_unit_of_the_data(root, tmp_path, caplog):
    lidar = sparse_depth(tmp_path / "lidar", 10)
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        both = plan(root, extra_data=f"folder:{lidar}")
    assert not caplog.records  # their lack of labels is what they are for
    assert len(both.frames) == 16 + 7 and len(both) == 8  # 7 of 10 train
    assert both.indices_with("segmentation") == list(range(16))
    sample = both.sample(20, 0)
    assert (sample.segmentation == 255).all() and sample.segmentation.dtype == np.uint8
    valid = sample.depth[sample.depth >= 0]
    assert 0 < len(valid) < 0.12 * sample.depth.size
    # 100 px * 0.5 m / 10 m at 96 pixels of width, a quarter of it at 24.
    np.testing.assert_allclose(valid, 5.0 * 24 / 96, rtol=1e-6)
    metres = plan(lidar, "folder", main="depth", depth_unit="metres")
    np.testing.assert_allclose(metres.sample(0, 0).depth.max(), 10.0)


def test_extra_frames_follow_the_limit_and_have_a_place_in_the_identity(root, tmp_path):
    lidar = sparse_depth(tmp_path / "lidar", 10)
    some = plan(root, extra_data=f"folder:{lidar}", limit=4)
    assert len(some.frames) == 8
    identities = [
        plan(root, **options).identity()
        for options in (
            {},
            {"labels": 6},
            {"labels": 6, "extra_share": 0.25},
            {"extra_data": f"folder:{lidar}"},
            {"auxiliary_of": "other-frame"},
        )
    ]
    assert len({str(identity) for identity in identities}) == 5


def test_another_frames_depth(root):
    own, other = plan(root), plan(root, auxiliary_of="other-frame")
    depths = [own.sample(index, 0).depth for index in range(16)]
    for index, example in enumerate(other.examples):
        sample = other.sample(index, 0)
        np.testing.assert_array_equal(sample.image, own.sample(index, 0).image)
        np.testing.assert_array_equal(sample.depth, depths[example.donor])
        assert not np.array_equal(sample.depth, depths[index])
    assert plan(root, split="val", auxiliary_of="other-frame").examples[0].donor is None
    swapped = plan(root, auxiliary_of="other-frame", main="depth", labels=5)
    assert (
        len(swapped.indices_with("depth")) == 5 and len(swapped.indices_with("segmentation")) == 16
    )


def test_resumed_passes_are_the_same(root):
    def batches(dataset):
        return [(image.numpy(), targets["depth"].numpy()) for image, targets in dataset]

    def load():
        return ak.data.load("kitti", root, **OPTIONS, labels=6, augment=True)

    whole, resumed = load(), load()
    assert whole.cardinality() == 3 and whole.element_spec[0].shape == (4, 16, 24, 3)
    passes = [batches(whole) for _ in range(3)]
    resumed.epoch.assign(1)
    resumed.start.assign(2)  # behind the second batch of the second pass
    again = [batches(resumed) for _ in range(2)]
    assert not again[0][0][0].any() and not again[0][1][0].any()
    for expected, got in zip(passes[1][2:] + passes[2], again[0][2:] + again[1], strict=True):
        np.testing.assert_array_equal(got[0], expected[0])
        np.testing.assert_array_equal(got[1], expected[1])
    arrays = ak.data.arrays("kitti", root, **OPTIONS, labels=6, augment=True)
    for expected, (image, targets) in zip(passes[0], arrays, strict=True):
        np.testing.assert_array_equal(image, expected[0])
        np.testing.assert_array_equal(targets["depth"], expected[1])


def test_auxiliary_frames_count_passes_of_their_own(root):
    train = ak.data.load("kitti", root, **OPTIONS, labels=6)
    every = ak.data.auxiliary_frames(train)
    assert every.cardinality() == 4
    assert len(list(every)) == 4 and (int(every.epoch), int(train.epoch)) == (1, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": 0}, "labels must be an integer, 1 or more. Received: 0"),
        ({"labels": 17}, "at most 16, .*Received: labels=17"),
        ({"extra_share": 1}, r"0 or more and below 1\. Received: 1"),
        ({"extra_share": float("nan")}, "extra_share"),
        ({"auxiliary_of": "another"}, "own-frame"),
        ({"labels": 6, "batch_size": 1}, "cannot hold frames with and without"),
        ({"extra_data": "kitty:/data"}, "did you mean 'kitti'"),
        ({"extra_data": "kitti"}, "needs its folder"),
    ],
)
def test_bad_settings(root, options, message):
    with pytest.raises(ConfigError, match=message):
        plan(root, **options)


def test_extra_data_that_do_not_fit(root, tmp_path):
    lidar = f"folder:{sparse_depth(tmp_path / 'lidar', 10)}"
    with pytest.raises(ConfigError, match="comparable only if both store them in the same way"):
        plan(root, extra_data=lidar, depth_unit="raw")
    with pytest.raises(DataError, match=r"extra data in .* has a label file.*'labels' of dataset"):
        plan(root, extra_data=lidar, main="depth")
    with pytest.raises(DataError, match=r"at least 4 frames with the target of segmentation.*: 2"):
        plan(root, labels=2, extra_share=0)
    assert plan(root, extra_data=f"kitti:{root}", depth_unit="raw", main="depth").indices_with(
        "depth"
    )


def test_a_damaged_label_is_named(root):
    path = root / "training/semantic/000007_10.png"
    path.write_bytes(path.read_bytes()[:50])
    os.utime(path)
    with pytest.raises(DataError, match=r"000007_10\.png"):
        plan(root, labels=3)


def test_sparse_depth_of_other_frames_trains(tmp_path):
    """Labels of one data set, LiDAR on 5 % of the pixels of another: no frame has both."""
    root = makers.kitti(tmp_path / "kitti", 20, depth=None)
    lidar = sparse_depth(tmp_path / "lidar", 20)
    train = ak.data.load("kitti", root, **OPTIONS, extra_data=f"folder:{lidar}")
    _, targets = next(iter(train))
    assert 0 < (targets["depth"].numpy() >= 0).mean() < 0.06
    keras.utils.set_random_seed(0)
    image = keras.Input((*OPTIONS["size"], 3))
    features = keras.layers.Rescaling(1 / 255)(image)
    outputs = {
        "segmentation": keras.layers.Conv2D(12, 3, padding="same")(features),
        "depth": keras.layers.Conv2D(1, 3, padding="same")(features),
    }
    model = ak.models.AuxiliaryModel(image, outputs)
    model.compile(keras.optimizers.Adam(0.05))
    history = model.fit(train, epochs=12, verbose=0).history
    for task in ("segmentation", "depth"):
        assert history[f"{task}_loss"][-1] < 0.7 * history[f"{task}_loss"][0], task
