import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.errors import DataError
from tests.data import makers

OPTIONS = {"size": (16, 24), "batch_size": 3, "seed": 5}


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 11)


def load(root, **options):
    return ak.data.load("kitti", root, **OPTIONS | options)


def passes(dataset, count=2):
    """Everything in some passes, as one array per part and pass."""
    return [
        [
            np.concatenate([part.numpy() for part in parts])
            for parts in zip(*((i, t["segmentation"], t["depth"]) for i, t in dataset), strict=True)
        ]
        for _ in range(count)
    ]


def assert_same(one, other):
    for parts, others in zip(one, other, strict=True):
        for part, expected in zip(parts, others, strict=True):
            np.testing.assert_array_equal(part, expected)


def test_shapes_are_static_and_cardinality_known(root):
    image, targets = load(root).element_spec
    assert (image.shape, image.dtype) == ((3, 16, 24, 3), tf.uint8)
    assert (targets["segmentation"].shape, targets["segmentation"].dtype) == ((3, 16, 24), tf.uint8)
    assert (targets["depth"].shape, targets["depth"].dtype) == ((3, 16, 24, 1), tf.float32)
    assert load(root).cardinality() == 2
    val = load(root, split="all")
    assert val.cardinality() == 4 and val.element_spec[0].shape == (None, 16, 24, 3)
    assert [len(image) for image, _ in val] == [3, 3, 3, 2]
    assert load(root, split="val").element_spec[0].shape[0] == 3  # three frames: one whole batch


def test_same_samples_as_arrays(root):
    for options in ({}, {"augment": True}, {"split": "all", "shuffle": True}):
        batches = ak.data.arrays("kitti", root, **OPTIONS | options)
        expected = [
            [
                np.concatenate(parts)
                for parts in zip(
                    *((i, t["segmentation"], t["depth"]) for i, t in batches), strict=True
                )
            ]
            for _ in range(2)
        ]
        assert_same(passes(load(root, **options)), expected)


def test_order_is_fixed_whatever_the_cache_and_threads(root, tmp_path):
    expected = passes(load(root, augment=True))
    assert not np.array_equal(expected[0][0], expected[1][0])
    assert_same(passes(load(root, augment=True, cache="memory")), expected)
    for _ in range(2):  # written, then read
        assert_same(passes(load(root, augment=True, cache=tmp_path / "cache")), expected)
    for threads in (1, 5):
        options = tf.data.Options()
        options.threading.private_threadpool_size = threads
        assert_same(passes(load(root, augment=True).with_options(options)), expected)


def test_batches_are_copies_of_the_cache(root):
    loaded = load(root, batch_size=1, cache="memory", shuffle=False)
    for image, targets in loaded:
        kept = loaded.plan.cache.get(0)
        for tensor, array in ((image, kept.image), (targets["depth"], kept.depth)):
            assert not np.shares_memory(tensor.numpy(), array)
    ahead = [kept.image.copy() for kept in map(loaded.plan.cache.get, range(3))]
    for image, _ in loaded.map(lambda image, targets: (tf.bitwise.invert(image), targets)):
        assert image.dtype == tf.uint8
    after = [loaded.plan.cache.get(index).image for index in range(3)]
    assert all(map(np.array_equal, ahead, after))


def test_a_restart_goes_on_with_the_epoch_it_is_told(root):
    expected = passes(load(root, augment=True), 3)
    restarted = load(root, augment=True)
    restarted.epoch.assign(2)
    assert_same(passes(restarted, 1), expected[2:])
    assert restarted.epoch == 3
    other_seed = passes(load(root, seed=6), 1)
    assert not np.array_equal(other_seed[0][0], expected[0][0])


def test_each_frame_at_most_once_a_pass(root):
    shuffled = load(root, batch_size=8)
    ((images, *_),) = passes(shuffled, 1)
    plain = next(iter(load(root, batch_size=8, shuffle=False)))[0].numpy()
    assert sorted(i.tobytes() for i in images) == sorted(i.tobytes() for i in plain)
    assert [frame.name[:6] for frame in shuffled.source_frames][:5] == [
        "000001",
        "000002",
        "000003",
        "000004",
        "000006",
    ]


def test_frames_without_depth_or_label_are_255_and_minus_one(tmp_path):
    makers.kitti_frame(tmp_path, 0)
    makers.kitti_frame(tmp_path, 1, depth=None)
    makers.kitti_frame(tmp_path, 2, label=False)
    _, targets = next(iter(load(tmp_path, split="all")))
    segmentation, depth = targets["segmentation"].numpy(), targets["depth"].numpy()
    assert (depth[1] == -1).all() and (segmentation[2] == 255).all()
    assert (depth[2] >= 0).any() and (segmentation[1] != 255).any()


def test_with_depth_input(root):
    dataset = load(root, shuffle=False)
    fused = ak.data.with_depth_input(dataset)
    assert fused.epoch is dataset.epoch and fused.source_frames is dataset.source_frames
    assert fused.cardinality() == 2
    (image, targets), (inputs, outputs) = next(iter(dataset)), next(iter(fused))
    assert set(inputs) == {"image", "depth"} and set(outputs) == {"segmentation"}
    np.testing.assert_array_equal(inputs["image"], image)
    np.testing.assert_array_equal(inputs["depth"], targets["depth"])
    np.testing.assert_array_equal(outputs["segmentation"], targets["segmentation"])


@pytest.mark.parametrize("shard", [None, tf.data.experimental.AutoShardPolicy.OFF])
def test_mirrored_strategy(root, shard):
    expected = passes(load(root))
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        dataset = load(root)
    epoch = dataset.epoch
    if shard is not None:
        options = tf.data.Options()
        options.experimental_distribute.auto_shard_policy = shard
        dataset = dataset.with_options(options)
    distributed = strategy.experimental_distribute_dataset(dataset)
    assert_same(passes(distributed), expected)
    assert epoch == 2


def test_bad_file_ends_in_its_sentence(root):
    path = root / "training/disp_occ_0/000006_10.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(tf.errors.OpError) as error:
        passes(load(root, shuffle=False), 1)
    sentence = ak.data.sentence(error.value)
    assert sentence.startswith(f"Truncated or damaged PNG: {path}.")
    assert sentence.endswith("Received: 60 bytes that do not decode.")


def test_sentence_of_other_errors():
    assert ak.data.sentence(DataError("No file x. Received: nothing.")) == (
        "No file x. Received: nothing."
    )
    assert ak.data.sentence(ValueError("something")) is None


def test_fit_sees_every_epoch(root):
    dataset = load(root)
    inputs = keras.Input((16, 24, 3))
    outputs = {"segmentation": keras.layers.Conv2D(12, 1)(inputs)}
    model = keras.Model(inputs, outputs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=255)
    model.compile("sgd", loss={"segmentation": loss}, jit_compile=False)
    labelled = dataset.map(lambda image, t: (image, {"segmentation": t["segmentation"]}))
    history = model.fit(labelled, epochs=3, verbose=0, shuffle=False)
    assert len(history.history["loss"]) == 3
    assert model.optimizer.iterations == 6
    assert dataset.epoch >= 3


def test_the_end_of_a_pass_waits_for_no_tuner(root):
    options = load(root).options()
    assert options.autotune.enabled is False
    assert options.deterministic is True


def test_a_pass_can_begin_behind_blank_batches(tmp_path):
    ak.data.street.write(tmp_path, 8, 0, size=(32, 64))
    options = {"split": "all", "size": (32, 64), "batch_size": 2, "shuffle": True, "seed": 3}
    whole = ak.data.load("street", tmp_path, **options)
    entered = ak.data.load("street", tmp_path, **options)
    entered.start.assign(3)
    batches = zip(whole, entered, strict=True)
    for number, ((image, targets), (other, others)) in enumerate(batches):
        if number < 3:
            assert not other.numpy().any()
            assert (others["segmentation"].numpy() == 255).all()
            assert (others["depth"].numpy() == -1).all()
        else:
            np.testing.assert_array_equal(image, other)
            np.testing.assert_array_equal(targets["depth"], others["depth"])
    assert number == 3 and int(entered.start) == 0
    for (image, _), (other, _) in zip(whole, entered, strict=True):  # the next pass is whole again
        np.testing.assert_array_equal(image, other)
