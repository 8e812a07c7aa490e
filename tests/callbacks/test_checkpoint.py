"""A run that was stopped and started again equals one that was not, to the byte."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.callbacks.checkpoint_store import CheckpointError
from tests.toys import toy_batches, toy_dataset, toy_model


def fit(run, epochs, *, weighting=None, data=None, model=None, more=(), **options):
    keras.utils.set_random_seed(1)
    data = toy_dataset(3) if data is None else data
    model = toy_model() if model is None else model
    model.compile(keras.optimizers.Adam(0.01))
    checkpoint = ak.callbacks.ResumableCheckpoint(run, dataset=data, **options)
    weighting = weighting or ak.weighting.TaskWeightBalancing()
    history = model.fit(
        data, epochs=epochs, shuffle=False, verbose=0, callbacks=[weighting, *more, checkpoint]
    )
    return model, history, checkpoint


def state(model):
    return [np.asarray(v).tobytes() for v in (*model.variables, *model.optimizer.variables)]


def test_resumed_equals_uninterrupted(tmp_path, monkeypatch, caplog):
    whole, history, checkpoint = fit(tmp_path / "whole", 4)
    assert checkpoint.resumed_from is None
    fit(tmp_path / "run", 2)
    resumed, rest, checkpoint = fit(tmp_path / "run", 4)
    assert checkpoint.resumed_from == tmp_path / "run" / "checkpoints" / "epoch-00002"
    assert rest.epoch == [2, 3]
    for name, values in rest.history.items():
        assert values == history.history[name][2:]
    assert state(resumed) == state(whole)

    # A damaged newest checkpoint: the epoch after the spare one is done again, with equal result.
    newest = tmp_path / "run" / "checkpoints" / "epoch-00004" / "state.npz"
    newest.write_bytes(newest.read_bytes()[:-1])
    assert "threads per operation" not in caplog.text
    monkeypatch.setattr(ak.callbacks.checkpoint, "thread_count", lambda: 99)
    with pytest.warns(UserWarning, match="Skipped damaged checkpoints"):
        again, rest, _ = fit(tmp_path / "run", 4)
    assert "threads per operation and this process has 99" in caplog.text
    assert rest.epoch == [3]
    assert state(again) == state(whole)


def test_epochs_that_are_not_saved_are_done_again(tmp_path):
    def files(run):
        monitor = {"monitor": "segmentation_loss", "mode": "min"}
        best = ak.callbacks.BestWeights(tmp_path / run / "best.weights.h5", **monitor)
        return [ak.callbacks.HistoryFile(tmp_path / run / "history.csv"), best]

    def saved():
        return sorted(path.name for path in (tmp_path / "run" / "checkpoints").glob("epoch-*"))

    def rows(run):
        lines = (tmp_path / run / "history.csv").read_text().splitlines()
        return [line.split(",")[:-2] for line in lines]  # without the times

    whole, _, _ = fit(tmp_path / "whole", 5, more=files("whole"))
    options = {"every_epochs": 2, "keep": 9}
    fit(tmp_path / "run", 3, more=files("run"), **options)
    assert saved() == ["epoch-00002", "epoch-00003"]  # the last one, too
    shutil.rmtree(tmp_path / "run" / "checkpoints" / "epoch-00003")  # as if killed before
    resumed, rest, _ = fit(tmp_path / "run", 5, more=files("run"), **options)
    assert rest.epoch == [2, 3, 4]
    assert saved() == ["epoch-00002", "epoch-00004", "epoch-00005"]
    assert state(resumed) == state(whole)
    assert rows("run") == rows("whole")
    best = []
    for run in ("run", "whole"):
        with h5py.File(tmp_path / run / "best.weights.h5") as file:
            best.append(dict(file.attrs))
    assert best[0] == best[1] and best[0]["epoch"] > 2


@pytest.mark.parametrize("stop", ["stop_training", "signal"])
def test_whatever_ends_a_fit_is_saved(tmp_path, stop):
    model = toy_model()

    def end(epoch, logs):
        if epoch == 2:
            if stop == "signal":
                os.kill(os.getpid(), signal.SIGTERM)
            else:
                model.stop_training = True

    keras.utils.set_random_seed(1)
    model.compile(keras.optimizers.Adam(0.01))
    data = toy_dataset(3)
    checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path, every_epochs=10, dataset=data)
    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=end), checkpoint]
    with contextlib.suppress(SystemExit):
        model.fit(data, epochs=9, shuffle=False, verbose=0, callbacks=callbacks)
    assert [path.name for path in (tmp_path / "checkpoints").glob("epoch-*")] == ["epoch-00003"]


def test_a_signal_after_the_last_batch_is_obeyed(tmp_path):
    late = keras.callbacks.LambdaCallback(
        on_train_end=lambda logs: os.kill(os.getpid(), signal.SIGTERM)
    )
    with pytest.raises(SystemExit) as caught:
        fit(tmp_path, 1, more=[late])
    assert caught.value.code == 143
    assert [path.name for path in (tmp_path / "checkpoints").glob("epoch-*")] == ["epoch-00001"]


def test_a_finished_run_trains_no_more(tmp_path):
    images, targets = toy_batches(1)
    first, _, _ = fit(tmp_path, 1)
    again, history, _ = fit(tmp_path, 1)
    assert history.epoch == []
    assert state(again) == state(first)
    # What was restored was for that fit only.
    assert again.fit(images, targets, verbose=0).epoch == [0]


def test_data_without_a_counter_of_passes(tmp_path):
    images, targets = toy_batches(1)
    model = toy_model()
    model.compile("sgd")
    checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path, dataset=(images, targets))
    model.fit(images, targets, verbose=0, callbacks=[checkpoint])
    assert checkpoint.store.newest().meta["data_epoch"] is None


def test_saved_are_weights_seeds_statistics_weighting_and_optimizer(tmp_path):
    image = keras.Input((8, 12, 3))
    features = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(image))
    outputs = {
        "segmentation": keras.layers.Conv2D(4, 1, name="classes")(features),
        "depth": keras.layers.Conv2D(1, 1, name="metres")(features),
    }
    model = ak.models.AuxiliaryModel(image, outputs)
    fit(tmp_path, 1, model=model)
    meta = json.loads(next(tmp_path.rglob("meta.json")).read_text())
    saved = " ".join(meta["variables"].values())
    for part in (
        "classes/kernel",
        "moving_mean",
        "seed_generator_state",
        "task_weights",
        "/iteration",
        "/learning_rate",
        "classes_kernel_velocity",
    ):
        assert part in saved


def test_half_precision_variables_come_back(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, dtype="bfloat16")])
    model.compile("sgd", "mse")
    data = np.ones((4, 2), np.float32), np.ones((4, 3), np.float32)
    model.fit(*data, verbose=0, callbacks=[ak.callbacks.ResumableCheckpoint(tmp_path)])
    trained = [np.asarray(v, np.float32) for v in model.variables]
    for variable in model.variables:
        variable.assign(keras.ops.zeros_like(variable))
    model.fit(*data, verbose=0, callbacks=[ak.callbacks.ResumableCheckpoint(tmp_path)])
    for variable, value in zip(model.variables, trained, strict=True):
        np.testing.assert_array_equal(np.asarray(variable, np.float32), value)


def test_another_weighting_or_model_is_refused(tmp_path):
    fit(tmp_path, 1)
    with pytest.raises(CheckpointError, match=r"it has \S+/gamma \(6,\) where this fit has"):
        fit(tmp_path, 2, model=toy_model(batch_norm=False))
    model = toy_model()
    model.compile(keras.optimizers.Adam(0.01))
    with pytest.raises(CheckpointError, match=r"it has weighting_state/task_weights .* nothing"):
        model.fit(
            *toy_batches(1), verbose=0, callbacks=[ak.callbacks.ResumableCheckpoint(tmp_path)]
        )


def checkpoints(folder):
    return sorted(path.name for path in (folder / "checkpoints").glob("epoch-*"))


HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path):
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    command = [sys.executable, "-c", HOLD, str(folder / ".lock")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(CheckpointError, match="Another process is training"):
            fit(tmp_path, 1)
        holder.kill()
    fit(tmp_path, 1)


def test_another_optimizer_is_refused_with_the_difference(tmp_path):
    fit(tmp_path, 1)
    model = toy_model()
    model.compile("sgd")
    checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path)
    with pytest.raises(
        CheckpointError, match=r"Received: optimizer: Adam in the checkpoint, SGD here\.$"
    ):
        model.fit(*toy_batches(1), verbose=0, callbacks=[checkpoint])


def test_data_that_cannot_be_entered_in_the_middle_are_saved_at_epochs_ends(tmp_path):
    model = toy_model()
    model.compile("sgd")
    checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path, every=1)
    model.fit(*toy_batches(2), batch_size=4, epochs=2, verbose=0, callbacks=[checkpoint])
    assert checkpoints(tmp_path) == ["epoch-00001", "epoch-00002"]


def test_a_run_that_a_callback_stopped_stays_stopped(tmp_path):
    data = toy_batches(1)
    model = toy_model()
    model.compile("sgd")
    for expected in ([0, 1], []):
        callbacks = [
            keras.callbacks.EarlyStopping("depth_loss", mode="max", patience=1),
            ak.callbacks.ResumableCheckpoint(tmp_path),
        ]
        history = model.fit(*data, epochs=9, verbose=0, callbacks=callbacks)
        assert history.epoch == expected


def test_every_is_a_number_of_batches(tmp_path):
    for wrong in (0, "epoch", 2.0, True):
        with pytest.raises(CheckpointError, match="every must be an integer, 1 or more"):
            ak.callbacks.ResumableCheckpoint(tmp_path, every=wrong)
