import threading

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.data.batches import Batches
from auxnet_keras.data.working_threads import WorkingThreads
from auxnet_keras.errors import ConfigError, DataError
from tests.data import makers

OPTIONS = {"size": (16, 24), "batch_size": 3, "seed": 5}


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 11)


def arrays(root, **options):
    return ak.data.arrays("kitti", root, **OPTIONS | options)


def numbers(batches):
    """Every array of a pass, batch after batch."""
    return [np.asarray(part) for batch in batches for part in keras.tree.flatten(batch)]


def assert_same(one, other):
    for part, expected in zip(one, other, strict=True):
        assert part.dtype == expected.dtype
        np.testing.assert_array_equal(part, expected)


def threads_left():
    """How many threads do not end by themselves."""
    ours = [thread for thread in threading.enumerate() if thread.name == WorkingThreads.NAME]
    for thread in ours:
        thread.join(60)
    return sum(thread.is_alive() for thread in ours)


def linear():
    """One layer, trained so that the order of the batches shows in its weights."""
    image = keras.Input((16, 24, 3))
    depth = keras.layers.Conv2D(1, 1, kernel_initializer="ones")(
        keras.layers.Rescaling(1 / 255)(image)
    )
    model = keras.Model(image, {"depth": depth, "segmentation": depth})
    loss = {"depth": "mae", "segmentation": "mae"}
    model.compile(keras.optimizers.SGD(0.1), loss=loss, jit_compile=False)
    return model


def test_load_returns_them_where_there_is_no_tf_data(root):
    loaded = ak.data.load("kitti", root, **OPTIONS)
    assert isinstance(loaded, Batches) == (keras.backend.backend() != "tensorflow")
    assert isinstance(arrays(root), keras.utils.PyDataset)


def test_element_spec_is_that_of_the_batches(root):
    batches = arrays(root)
    for data in (batches, ak.data.with_depth_input(batches)):
        spec, batch = data.element_spec, next(iter(data))
        keras.tree.assert_same_structure(spec, batch)
        for part, array in zip(keras.tree.flatten(spec), keras.tree.flatten(batch), strict=True):
            assert part.shape == (None, *array.shape[1:])
            assert np.dtype(part.dtype) == array.dtype


def test_depth_as_an_input_shares_the_passes(root):
    batches = arrays(root, augment=True)
    fused = ak.data.with_depth_input(batches)
    (image, targets), (inputs, outputs) = batches[1], list(fused)[1]
    assert_same([inputs["image"], inputs["depth"]], [image, targets["depth"]])
    np.testing.assert_array_equal(outputs["segmentation"], targets["segmentation"])
    assert int(batches.epoch) == 1 and fused.epoch is batches.epoch
    assert fused.start is batches.start and fused.source_frames == batches.source_frames


def test_auxiliary_frames_have_passes_of_their_own(root):
    train = arrays(root, labels=3, batch_size=2)
    every = ak.data.auxiliary_frames(train)
    assert isinstance(every, type(train)) and len(every) == 4
    list(every)
    assert (int(every.epoch), int(train.epoch)) == (1, 0)


def test_a_pass_can_begin_behind_blank_batches(root):
    whole, entered = arrays(root, augment=True), arrays(root, augment=True)
    list(whole)
    entered.epoch.assign(1)
    entered.start.assign(1)
    (image, targets), second = entered
    assert not image.any()
    assert (targets["segmentation"] == 255).all() and (targets["depth"] == -1).all()
    assert_same(numbers([second]), numbers([list(whole)[1]]))
    assert (int(entered.epoch), int(entered.start)) == (2, 0)
    assert_same(numbers(entered), numbers(whole))  # the next pass is whole again


def test_overlapping_passes_are_independent(root):
    whole, batches = arrays(root), arrays(root)
    expected = [numbers(whole) for _ in range(2)]
    first, second = iter(batches), iter(batches)
    one, other = [next(first)], [next(second)]
    assert_same(numbers([*one, *first]), expected[0])
    assert_same(numbers([*other, *second]), expected[1])
    assert_same(numbers([batches[0]]), numbers([whole[0]]))
    with pytest.raises(IndexError):
        batches[2]
    assert int(batches.epoch) == 2


@pytest.mark.parametrize("count", [2, 3])
def test_parts_make_the_whole(root, count):
    options = {"split": "all", "batch_size": 6, "shuffle": True, "augment": True}
    whole = list(arrays(root, **options))
    parts = []
    for index in range(count):
        batches = arrays(root, **options)
        batches.part = (index, count)
        assert ak.data.with_depth_input(batches).part == (index, count)
        parts.append(list(batches))
    for step, batch in enumerate(whole):
        shared = keras.tree.map_structure(
            lambda *blocks: np.concatenate(blocks), *(part[step] for part in parts)
        )
        rows = len(batch[0])
        assert len(shared[0]) == 6
        assert_same(
            [block[:rows] for block in keras.tree.flatten(shared)], keras.tree.flatten(batch)
        )
        assert not shared[0][rows:].any()
        assert (shared[1]["segmentation"][rows:] == 255).all()
        assert (shared[1]["depth"][rows:] == -1).all()
    with pytest.raises(ConfigError, match=r"multiple of 4\. Received: batch_size=6"):
        arrays(root, **options).part = (0, 4)
    completed = list(Batches(batches.plan, whole=True))
    assert [len(images) for images, _ in completed] == [6] * len(whole)
    assert_same(completed[-1][1]["depth"][:rows], whole[-1][1]["depth"])
    assert set(np.unique(completed[-1][1]["segmentation"][rows:])) <= {255}


def test_a_process_reads_only_its_own_frames(root):
    batches = arrays(root, split="all", batch_size=4, cache="memory")
    batches.part = (1, 2)
    list(batches)
    read = [index for index in range(11) if batches.plan.cache.get(index) is not None]
    assert read == [2, 3, 6, 7, 10]


def test_fit_takes_the_batches_in_their_order_whatever_it_is_told(root):
    options = {"split": "all", "shuffle": True, "batch_size": 2}
    batches, validation = arrays(root, **options), arrays(root, split="val")
    model, expected = linear(), linear()
    model.fit(batches, epochs=2, shuffle=True, validation_data=validation, verbose=0)
    assert int(validation.epoch) >= 2
    assert len(model.history.history["val_loss"]) == 2
    again = arrays(root, **options)
    again.epoch.assign(int(batches.epoch) - 2)
    for _ in range(2):
        for image, targets in again:
            expected.train_on_batch(image, targets)
    np.testing.assert_allclose(model.get_weights()[0], expected.get_weights()[0], rtol=1e-5)


def test_a_fit_may_cut_a_pass_into_epochs(root):
    batches = arrays(root, split="all", batch_size=2)
    linear().fit(batches, epochs=3, steps_per_epoch=2, verbose=0)
    assert (
        int(batches.epoch) <= 2
    )  # one has all six batches; Keras may begin one to inspect a batch


def test_no_thread_is_left_behind(root):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    batches = arrays(root, split="all", batch_size=1)
    passing = iter(batches)
    next(passing)
    assert threads_left() == 0  # although the pass may go on
    with pytest.raises(KeyboardInterrupt):
        linear().fit(batches, callbacks=[Stop()], verbose=0)
    assert threads_left() == 0
    assert len(list(passing)) == 10


def test_memory_is_bounded(root, monkeypatch):
    monkeypatch.setattr("auxnet_keras.data.batches.THREADS", 5)
    batches = arrays(root, split="all", batch_size=1, cache="memory")
    passing = iter(batches)
    next(passing)
    assert threads_left() == 0
    decoded = [batches.plan.cache.get(index) is not None for index in range(11)]
    assert sum(decoded) == 1 + 5


def test_a_bad_file_ends_in_its_sentence(root):
    path = root / "training/disp_occ_0/000006_10.png"
    path.write_bytes(path.read_bytes()[:60])
    batches = arrays(root, shuffle=False)
    with pytest.raises(Exception, match="Truncated") as error:  # TensorFlow wraps it
        linear().fit(batches, verbose=0)
    sentence = ak.data.sentence(error.value)
    assert sentence.startswith(f"Truncated or damaged PNG: {path}.")
    with pytest.raises(DataError, match="Truncated"):
        list(batches)
