"""A plain `fit` that resumes after its data has changed, and one whose data has only moved."""

import shutil

import keras
import pytest

import auxnet_keras as ak
from auxnet_keras.callbacks.checkpoint_store import CheckpointError, CheckpointStore
from tests.data import makers
from tests.toys import SIZE, toy_batches, toy_model

YAML = """images: training/image_2
labels: training/semantic
classes: {7: road, 23: sky, 0: other}
depth: {files: training/disp_occ_0, unit: disparity_px, scale: 0.00390625}
split: {train: train.txt, val: val.txt}
"""
TRAIN, VAL = (0, 1, 2, 3, 4, 5), (6, 7)


def write_list(root, split, numbers):
    (root / f"{split}.txt").write_text("".join(f"{number:06d}_10\n" for number in numbers))


def fit(run, root, *, epochs=2, validation=True, extra=None, **options):
    """Trains on the folder and returns the epochs that it did."""
    loads = [
        ak.data.load("folder", root, split=split, size=SIZE, **{"batch_size": 2} | more)
        for split, more in (("train", {"extra_data": extra} | options), ("val", {}))
    ]
    keras.utils.set_random_seed(0)
    model = toy_model()
    model.compile("sgd")
    checkpoint = ak.callbacks.ResumableCheckpoint(run)
    val = loads[1] if validation else None
    history = model.fit(
        loads[0], validation_data=val, epochs=epochs, verbose=0, callbacks=[checkpoint]
    )
    return history.epoch


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Data, and a run on it after its first epoch."""
    place = tmp_path_factory.mktemp("first")
    makers.kitti(place / "data", 8)
    (place / "data/dataset.yaml").write_text(YAML)
    write_list(place / "data", "train", TRAIN)
    write_list(place / "data", "val", VAL)
    assert fit(place / "run", place / "data", epochs=1) == [0]
    return place


@pytest.fixture
def copy(first, tmp_path):
    """A copy of both, at another place."""
    shutil.copytree(first, tmp_path / "copy")
    return tmp_path / "copy"


def append(place):
    def change(root):
        with (root / place).open("ab") as file:
            file.write(b"\0")

    return change


def add_validation(root):
    makers.kitti_frame(root, 8)
    write_list(root, "val", (*VAL, 8))


def describe_otherwise(root):
    (root / "dataset.yaml").write_text(YAML.replace("sky", "air"))


LABELS = "training/semantic"
CHANGES = {
    "a training label less": (
        lambda root: (root / LABELS / "000002_10.png").unlink(),
        "training data: 5 of 6 frames have a label, 6 in the checkpoint, "
        "first difference: frame '000002_10'",
    ),
    "another validation image": (
        append("training/image_2/000007_10.png"),
        "validation data: other images, first difference: {root}/training/image_2/000007_10.png",
    ),
    "a validation label less": (
        lambda root: (root / LABELS / "000006_10.png").unlink(),
        "validation data: 1 of 2 frames have a label, 2 in the checkpoint, "
        "first difference: frame '000006_10'",
    ),
    "a validation frame more": (
        add_validation,
        "validation data: 3 frames, 2 in the checkpoint, first difference: frame '000008_10'",
    ),
    "another description": (
        describe_otherwise,
        "training and validation data: dataset.yaml has changed",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_data_is_refused_in_one_line(copy, change):
    apply, line = CHANGES[change]
    apply(copy / "data")
    with pytest.raises(CheckpointError) as caught:
        fit(copy / "run", copy / "data")
    assert str(caught.value).endswith(f"Received: {line.format(root=copy / 'data')}.")


def test_data_that_has_moved_resumes(copy, first):
    assert fit(copy / "run", copy / "data", cache="memory") == [1]


def test_a_label_less_and_another_seed_are_two_differences(copy):
    (copy / "data" / LABELS / "000002_10.png").unlink()
    with pytest.raises(CheckpointError) as caught:
        fit(copy / "run", copy / "data", seed=7)
    differences = str(caught.value).partition("Received: ")[2].split("; ")
    assert differences == [
        "training data: 5 of 6 frames have a label, 6 in the checkpoint, "
        "first difference: frame '000002_10'",
        "seed: 0 in the checkpoint, 7 here.",
    ]


def test_what_only_follows_is_said_if_nothing_else_differs(copy):
    with pytest.raises(CheckpointError, match=r"Received: targets: 6 of segmentation, 6 of depth"):
        fit(copy / "run", copy / "data", auxiliary_of="other-frame")


def test_extra_data_are_compared(copy, tmp_path):
    extra = makers.kitti(tmp_path / "extra", 4)
    with pytest.raises(CheckpointError, match=r"Received: extra data: none in the checkpoint"):
        fit(copy / "run", copy / "data", extra=f"kitti:{extra}")
    run = tmp_path / "extra run"
    assert fit(run, copy / "data", epochs=1, extra=f"kitti:{extra}") == [0]
    append("training/disp_occ_0/000002_10.png")(extra)
    with pytest.raises(CheckpointError, match=r"Received: extra data: other depth files"):
        fit(run, copy / "data", extra=f"kitti:{extra}")
    with pytest.raises(CheckpointError, match=r"Received: extra data: none here\.$"):
        fit(run, copy / "data")


def test_validation_data_may_be_of_another_sort(copy, tmp_path):
    append("training/image_2/000007_10.png")(copy / "data")
    assert fit(copy / "run", copy / "data", validation=False) == [1]
    run = tmp_path / "without"
    assert fit(run, copy / "data", epochs=1, validation=False) == [0]
    assert fit(run, copy / "data") == [1]


def test_arrays_after_a_data_set_are_trained_on(copy):
    """Nothing is known about them."""
    model = toy_model()
    model.compile("sgd")
    checkpoint = ak.callbacks.ResumableCheckpoint(copy / "run")
    images, targets = toy_batches(1)
    history = model.fit(
        images,
        targets,
        validation_data=(images, targets),
        epochs=2,
        verbose=0,
        callbacks=[checkpoint],
    )
    assert history.epoch == [1]


def test_facts_are_small(first):
    _, facts = CheckpointStore(first / "run/checkpoints").newest_facts()
    assert facts["validation"]["frames"]["count"] == 2
    assert len(facts["data"]["data"]["labels"]["marks"]) == 2 * len(TRAIN)
