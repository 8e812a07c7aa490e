"""TensorBoard's curves of a run that was killed and resumed are those of one that was not."""

import shutil
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.callbacks.event_log import event_files
from tests.callbacks.events import points
from tests.toys import toy_batches, toy_model


def fit(folder, epochs=3, **options):
    keras.utils.set_random_seed(0)
    model = toy_model()
    model.compile(keras.optimizers.SGD(0.001))
    data = tf.data.Dataset.from_tensor_slices(toy_batches(4)).batch(4)
    # As data sets of `ak.data` have them: this one can be entered in its middle.
    data.epoch, data.start = (tf.Variable(0, dtype=tf.int64) for _ in range(2))
    checkpoint = ak.callbacks.ResumableCheckpoint(folder, every=1, dataset=data, keep=99)
    given = [
        ak.weighting.TaskWeightBalancing(normalize=True),
        ak.callbacks.TensorBoard(folder / "board", write_graph=False, **options),
        ak.callbacks.WeightBoard(folder / "board"),
        ak.callbacks.TensorBoardPictures(folder / "board", data, count=1, every=2),
        checkpoint,
    ]
    val = data.take(1)
    model.fit(data, validation_data=val, epochs=epochs, verbose=0, callbacks=given)
    return checkpoint


def curves(folder):
    """(subfolder, tag) -> [(step, value)] of all files, repeated points included."""
    found = {}
    for part in ("train", "validation", "weights", "pictures"):
        for tag, values in points(folder / "board" / part).items():
            found[part, tag] = sorted(values)
    return found


def test_a_resumed_run_repeats_no_step(tmp_path):
    at, options = "epoch-00001.batch-000003", {"update_freq": "batch"}
    fit(tmp_path / "whole", **options)
    fit(tmp_path / "run", epochs=2, **options)
    for path in (tmp_path / "run" / "checkpoints").glob("epoch-*"):
        if path.name > at:
            shutil.rmtree(path)
    # As a kill leaves it: the last record is cut.
    file = event_files(tmp_path / "run" / "board" / "weights")[-1]
    file.write_bytes(file.read_bytes()[:-5])
    assert fit(tmp_path / "run", **options).resumed_from.name == at
    whole, run = curves(tmp_path / "whole"), curves(tmp_path / "run")
    assert run.keys() == whole.keys()
    for name, expected in whole.items():
        steps = [step for step, _ in expected]
        assert [step for step, _ in run[name]] == steps and len(set(steps)) == len(steps), name
        np.testing.assert_allclose(
            [value for _, value in run[name]], [value for _, value in expected], rtol=1e-5
        )


def test_an_earlier_run_in_the_same_folder_stays(tmp_path):
    fit(tmp_path, epochs=1)
    shutil.rmtree(tmp_path / "checkpoints")
    before = {file: file.read_bytes() for file in event_files(Path(tmp_path))}
    fit(tmp_path, epochs=1)
    assert all(file.read_bytes() == content for file, content in before.items())
