"""TensorBoard's curves of a run that was killed and resumed are those of one that was not."""

import shutil

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.callbacks.checkpoint_store import CheckpointStore
from auxnet_keras.callbacks.event_log import event_files
from tests.callbacks.events import charts, points, texts
from tests.toys import toy_batches, toy_dataset, toy_model

CLOCK = ("time/seconds", "time/images_per_second")


def fit(folder, epochs=3, **options):
    keras.utils.set_random_seed(0)
    model = toy_model("depth", "segmentation")
    model.compile(keras.optimizers.SGD(0.001))
    data = toy_dataset(4)
    checkpoint = ak.callbacks.ResumableCheckpoint(folder, every=1, dataset=data, keep=99)
    given = [
        ak.weighting.ClassWiseWeighting(
            step_size=0.01,
            start_epoch=0,
            task_weighting=ak.weighting.TaskWeightBalancing(normalize=True),
        ),
        ak.callbacks.TensorBoard(folder / "board", write_graph=False, **options),
        ak.callbacks.WeightBoard(folder / "board"),
        ak.callbacks.TensorBoardPictures(folder / "board", toy_dataset(4), count=1, every=2),
        checkpoint,
    ]
    val = toy_batches(1)
    model.fit(data, validation_data=val, epochs=epochs, verbose=0, callbacks=given)
    return checkpoint


def curves(folder):
    """Tag -> [(step, value)] of all files, repeated points included; without those of a clock."""
    found = points(folder / "board")
    return {tag: sorted(values) for tag, values in found.items() if tag not in CLOCK}


def assert_same(run, whole):
    assert run.keys() == whole.keys()
    for name, expected in whole.items():
        steps = [step for step, _ in expected]
        assert [step for step, _ in run[name]] == steps and len(set(steps)) == len(steps), name
        np.testing.assert_allclose(
            [value for _, value in run[name]], [value for _, value in expected], rtol=1e-5
        )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Three epochs of four steps, and the steps of the checkpoints and of what is on disk then."""
    folder = tmp_path_factory.mktemp("whole")
    on_disk = []
    write = CheckpointStore.write

    def note(self, epoch, arrays, meta, step=0):
        on_disk.append((4 * epoch + step, points(folder / "board")["weight/depth"][-1][0]))
        return write(self, epoch, arrays, meta, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CheckpointStore, "write", note)
        fit(folder, update_freq="batch")
    return folder, on_disk


@pytest.mark.parametrize(
    "at", ["epoch-00001", "epoch-00001.batch-000003", "epoch-00001.batch-000004"]
)
def test_a_resumed_run_repeats_no_step(whole, tmp_path, at):
    whole, _ = whole
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    # As a kill leaves it: the last record is cut.
    file = event_files(run / "board")[-1]
    file.write_bytes(file.read_bytes()[:-5])
    for path in (run / "checkpoints").glob("epoch-*"):
        if path.name > at:
            shutil.rmtree(path)
    assert fit(run, update_freq="batch").resumed_from.name == at
    found = curves(run)
    assert_same(found, curves(whole))
    assert {"class_weight/3", "weight/depth", "pictures/class_weights"} < set(found)
    for found in (texts(run / "board"), texts(whole / "board")):
        assert [len(found[tag]) for tag in ("config", "classes")] == [1, 1]
    assert charts(run / "board") == charts(whole / "board")


def test_what_a_checkpoint_counts_is_on_disk_before_it(whole):
    _, on_disk = whole
    assert on_disk[:6] == [(1, 1), (2, 2), (3, 3), (4, 4), (4, 4), (5, 5)]
    assert on_disk[-1] == (12, 12)


def test_an_earlier_run_in_the_same_folder_stays(whole, tmp_path):
    shutil.copytree(whole[0] / "board", tmp_path / "board")
    before = {file: file.read_bytes() for file in event_files(tmp_path / "board")}
    assert before
    fit(tmp_path, epochs=1)
    assert all(file.read_bytes() == content for file, content in before.items())
    assert len(event_files(tmp_path / "board")) > len(before)
