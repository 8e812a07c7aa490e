"""Early stopping: which epochs count, and what a stopped run is."""

import types
from unittest.mock import ANY

import keras
import pytest

from auxnet_keras.callbacks.callback_state import restore_state, saved_state
from auxnet_keras.experiments import load_run, train
from auxnet_keras.experiments.fit import finalize
from auxnet_keras.experiments.fit.early_stopping import EarlyStopping
from auxnet_keras.experiments.run.folder import open_folder
from auxnet_keras.experiments.run.json_files import write_json

NAN = float("nan")


def callback(patience):
    stopping = EarlyStopping("depth", patience)
    stopping.set_model(types.SimpleNamespace(stop_training=False, metrics=[]))
    stopping.on_train_begin()
    return stopping


def stops_at(patience, losses):
    """The epoch that ends a training with these validation losses; `None` is no validation."""
    stopping = callback(patience)
    for epoch, loss in enumerate(losses):
        stopping.on_epoch_end(epoch, {} if loss is None else {"val_depth_loss": loss})
        if stopping.model.stop_training:
            return epoch
    return None


@pytest.mark.parametrize(
    ("patience", "losses", "epoch"),
    [
        (2, [3, 2, 2.5, 2, 1], 3),  # an equal loss is not lower
        (2, [3, 2, 2.5, 1.9, 2, 1.8], None),
        (1, [3, None, None, 2, None, 4], 5),  # only validations count
        (2, [NAN, 3, 4, 2.9, 5, NAN], 5),  # NaN is never lower, nor does it stay the best
    ],
)
def test_the_epoch_that_ends_a_training(patience, losses, epoch):
    assert stops_at(patience, losses) == epoch


def test_its_state_is_that_of_a_checkpoint():
    first, second = callback(3), callback(3)
    for epoch, loss in enumerate([2.0, 1.0, 4.0, 4.0]):
        first.on_epoch_end(epoch, {"val_depth_loss": loss})
    restore_state([second], *saved_state([first]))
    second.on_epoch_end(4, {"val_depth_loss": 3.0})
    assert second.model.stop_training


class Interrupted(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def test_a_stopped_run_is_finished(settings, monkeypatch, caplog):
    """A rate so small that no loss changes: the second validation is the last."""
    nothing = lambda *arguments: None  # noqa: E731
    results = {"data": "street", "split": "val", "frames": 4, "position_prior": {}}
    for name in ("write_prior", "_prior", "write_figures", "export"):
        monkeypatch.setattr(finalize, name, nothing)
    monkeypatch.setattr(finalize, "evaluate", lambda run, **_: results)
    monkeypatch.setattr(
        finalize, "_write_results", lambda run, found: write_json(found, run.path / "results.json")
    )
    monkeypatch.setattr(finalize, "model_card", lambda run: "")
    monkeypatch.setattr(
        "auxnet_keras.callbacks.TensorBoardPictures.on_epoch_end", lambda self, epoch, logs: None
    )
    changes = {"optimizer": "sgd", "learning_rate": 1e-30, "weighting": "none", "patience": 1}
    config = settings(**changes, epochs=6, model="segnet")
    with pytest.raises(KeyboardInterrupt):  # behind the decision, before the checkpoint of it
        train(config, callbacks=[Interrupted()])
    run = train(config)
    assert len(run.history["epoch"]) == 2
    assert run.manifest.content["events"][-1] | {"time": "", "command": ""} == {
        **{"event": "end", "time": "", "command": ""},
        **{"epochs": 6, "stopped_after": 2, "memory": ANY},
    }
    assert "Stopped early, after epoch 2 of 6" in (run.path / "log.txt").read_text()
    assert load_run(run.path).finished
    longer = open_folder(settings(**changes, epochs=50, model="segnet"))
    assert longer.finished  # it would have stopped there, too
    (run.path / "results.json").unlink()  # only what comes after the training is missing
    weights = (run.path / "best.weights.h5").read_bytes()
    again = train(config)
    assert again.finished and len(again.history["epoch"]) == 2
    assert (run.path / "best.weights.h5").read_bytes() == weights
