"""best.weights.h5 holds the best epoch, and says which one it is."""

import errno
import os

import h5py
import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.storage import atomic
from tests.toys import toy_batches, toy_model


class Logs(keras.callbacks.Callback):
    """Replaces the logs of each epoch by given ones."""

    def __init__(self, values, name="val_segmentation_loss"):
        super().__init__()
        self.values, self.name = values, name

    def on_epoch_end(self, epoch, logs=None):
        logs.clear()
        if self.values[epoch] is not None:
            logs[self.name] = self.values[epoch]


def fit(path, values, initial_epoch=0, name="val_segmentation_loss", **options):
    """One SGD step an epoch; returns the weights after each."""
    model = toy_model(batch_norm=False)
    model.compile("sgd")
    after = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: after.append(model.get_weights())
    )
    best = ak.callbacks.BestWeights(path, **options)
    model.fit(
        *toy_batches(1),
        verbose=0,
        initial_epoch=initial_epoch,
        epochs=len(values),
        callbacks=[Logs(values, name), best, keep],
    )
    return best, after


def saved(path):
    model = toy_model(batch_norm=False)
    model.load_weights(path)
    return model.get_weights()


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "best.weights.h5"


def test_lowest_validation_loss_of_the_main_task(path):
    best, after = fit(path, [3.0, 1.0, float("nan"), 1.0, 2.0])
    assert (best.epoch, best.value) == (1, 1.0)  # the first of two equal ones
    assert same(saved(path), after[1])
    with h5py.File(path) as file:
        assert dict(file.attrs) == {"monitor": "val_segmentation_loss", "value": 1.0, "epoch": 1}
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_any_log_in_either_direction(path):
    best, after = fit(path, [0.1, 0.3, 0.2], name="val_iou", monitor="val_iou", mode="max")
    assert best.epoch == 1
    assert same(saved(path), after[1])


def test_the_optimizers_state_is_not_in_the_file_and_stays_as_it_is(path):
    model = toy_model()
    model.compile("adam")
    callbacks = [ak.weighting.TaskWeightBalancing(), ak.callbacks.BestWeights(path, monitor="loss")]
    model.fit(*toy_batches(2), batch_size=4, verbose=0, callbacks=callbacks)
    with h5py.File(path) as file:
        assert "optimizer" not in file
    optimizer = model.optimizer
    before = [variable.numpy() for variable in optimizer.variables]
    weights = model.get_weights()
    model.set_weights([value + 1 for value in weights])
    model.load_weights(path)  # a warning would be an error here
    assert same(weights, model.get_weights())
    assert model.optimizer is optimizer
    assert same(before, [variable.numpy() for variable in optimizer.variables])
    model.fit(*toy_batches(1), verbose=0)
    assert int(optimizer.iterations) == 3


def test_a_resumed_run_remembers(path):
    fit(path, [3.0, 1.0])
    before = path.read_bytes()
    best, _ = fit(path, [3.0, 1.0, 2.0], initial_epoch=2)
    assert (best.epoch, best.value) == (1, 1.0)
    assert path.read_bytes() == before
    best, after = fit(path, [3.0, 1.0, 2.0, 0.5], initial_epoch=3)
    assert best.epoch == 3
    assert same(saved(path), after[-1])


def test_a_run_from_the_start_forgets(path):
    fit(path, [1.0])
    best, after = fit(path, [3.0])
    assert best.value == 3.0
    assert same(saved(path), after[0])


def test_epochs_without_validation_are_passed_over(path):
    best, _ = fit(path, [None, 2.0])
    assert best.epoch == 1


def test_a_full_disk_is_one_sentence(path, monkeypatch, capfd):
    fit(path, [1.0])
    before = path.read_bytes()

    def sync(file):
        os.truncate(file, 1000)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic, "_sync", sync)
    with pytest.raises(DataError, match=r"free some space.*No space left on device") as error:
        fit(path, [1.0])
    assert str(path) in str(error.value) and "\n" not in str(error.value)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert "Exception ignored" not in capfd.readouterr().err


def test_warns_when_nothing_was_saved(path):
    with pytest.warns(UserWarning, match="No best weights were saved"):
        fit(path, [float("nan")])
    assert not path.exists()


def test_unknown_log(path):
    with pytest.raises(ConfigError, match="did you mean 'val_segmentation_loss'"):
        fit(path, [1.0], monitor="val_segmentaton_loss")
    with pytest.raises(ConfigError, match="Received: 'auto'"):
        ak.callbacks.BestWeights(path, mode="auto")


def test_a_damaged_or_foreign_file_stops_a_resume(path):
    fit(path, [1.0])
    with pytest.raises(DataError, match="and this fit monitors"):
        fit(path, [1.0, 1.0], initial_epoch=1, monitor="val_other")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match="is damaged"):
        fit(path, [1.0, 1.0], initial_epoch=1)


@pytest.mark.parametrize("epoch", ["many", [1, 2]])
def test_notes_of_another_kind_stop_a_resume(path, epoch):
    fit(path, [1.0])
    with h5py.File(path, "r+") as file:
        file.attrs["epoch"] = epoch
    with pytest.raises(DataError, match="was not written by BestWeights"):
        fit(path, [1.0, 1.0], initial_epoch=1)
