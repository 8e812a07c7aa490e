"""Optimizer, schedule, precision, class weights and callbacks of a run, also when it resumes."""

import shutil

import keras
import numpy as np
import pytest

from auxnet_keras.callbacks import ResumableCheckpoint, TensorBoardPictures
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import load_run, train
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit import finalize
from auxnet_keras.experiments.run.folder import open_folder
from tests.oracles import schedules as oracle

CLOCKS = ("seconds", "images_per_second")
CHANGES = {
    "optimizer": "adamw:weight_decay=0.05,clip=0.5",
    "schedule": "cosine:warmup=3,final=0.1",
    "precision": "mixed_bfloat16",
    "class_weights": "median-frequency",
    "label_smoothing": 0.1,
    "patience": 5,
    "epochs": 2,  # of four steps
}


class Counter(keras.callbacks.Callback):
    """A user's callback with state, which knows nothing of checkpoints."""

    def __init__(self):
        super().__init__()
        self.batches, self.logs = 0, []

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))


@pytest.fixture(scope="module", autouse=True)
def only_fits():
    """No pictures and no evaluation, which take most of a small run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TensorBoardPictures, "on_epoch_end", lambda self, epoch, logs=None: None)
        patch.setattr(finalize, "finish", lambda run: None)
        yield


@pytest.fixture(scope="module")
def whole(scenes, tiny_backbone, tmp_path_factory):
    """Such a run, the callback that it was given, and what kill -9 would have left of it."""
    counter, folder = Counter(), tmp_path_factory.mktemp("runs")
    batch_end = ResumableCheckpoint.on_train_batch_end

    def keep(self, batch, logs=None):
        batch_end(self, batch, logs)
        if (self._epoch, batch) == (1, 1):
            self._save(self._epoch, self._step)
            shutil.copytree(folder / "whole", folder / "killed")

    config = RunConfig(
        data=f"street:{scenes}",
        weighting="ftwb",
        backbone=tiny_backbone,
        weights="none",
        size=(32, 64),
        batch_size=4,
        learning_rate=1e-2,
        **CHANGES,
        out=str(folder / "whole"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResumableCheckpoint, "on_train_batch_end", keep)
        return train(config, callbacks=[counter]), counter, folder / "killed"


def test_the_settings_reach_the_training(whole):
    run, counter, _ = whole
    rates = [
        oracle.warmed_up(step, 1e-2, 3, lambda t: oracle.cosine(t, 1e-2, 5, 0.1)) for step in (3, 7)
    ]
    np.testing.assert_allclose(run.history["learning_rate"], rates, rtol=1e-6)
    weights = run.manifest.content["class_weights"]["weights"]
    assert list(weights) == list(run.info.class_names)
    seen = sorted(weight for weight in weights.values() if weight)
    assert seen[0] < 1 <= seen[len(seen) // 2]  # around the median frequency
    assert weights["void"] == 0 and weights["road"] < weights["pole"]
    state = np.load(run.path / "checkpoints/epoch-00002/state.npz")
    assert state["optimizer-00000"] == 8
    assert keras.config.dtype_policy().name == "float32"
    assert {variable.dtype for variable in _weights(run)} == {"float32"}
    assert counter.batches == 8 and len(counter.logs) == 2
    for name in ("val_segmentation_loss", "weight_depth", "learning_rate"):
        assert counter.logs[1][name] == run.history[name][1]


def _weights(run):
    """The trained network as others load it."""
    return run.model().trainable_variables


def test_a_run_killed_within_an_epoch_ends_as_one_that_was_not(whole, settings):
    run, _, killed = whole
    assert load_run(killed).position_saved == (1, 2)
    resumed = train(settings(**CHANGES, out=str(killed)), callbacks=[Counter()])
    for column, values in run.history.items():
        if column not in CLOCKS:
            np.testing.assert_array_equal(resumed.history[column], values, err_msg=column)
    states = [path / "checkpoints/epoch-00002/state.npz" for path in (run.path, killed)]
    assert states[0].read_bytes() == states[1].read_bytes()
    for ours, theirs in zip(_weights(resumed), _weights(run), strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)


def test_a_schedule_over_the_whole_run_does_not_grow(whole, settings):
    run, *_ = whole
    with pytest.raises(ConfigError, match="cannot grow: its learning rate depends on the number"):
        open_folder(settings(**{**CHANGES, "epochs": 3}, out=str(run.path)))
    with pytest.raises(ConfigError, match=r"optimizer: adamw.* in the folder, sgd requested"):
        open_folder(settings(**{**CHANGES, "optimizer": "sgd"}, out=str(run.path)))


@pytest.mark.parametrize("given", [[keras.callbacks.Callback], [print], keras.callbacks.Callback()])
def test_what_is_no_callback_is_refused(settings, given):
    with pytest.raises(ConfigError, match="must be a list of instances"):
        train(settings(), callbacks=given)


@pytest.mark.parametrize("setting", ["schedule", "learning_rate_drops"])
def test_two_that_set_the_learning_rate_are_refused(settings, setting):
    value = {"schedule": "cosine", "learning_rate_drops": {1: 1e-3}}[setting]
    plateau = keras.callbacks.ReduceLROnPlateau("val_segmentation_loss", mode="min")
    with pytest.raises(ConfigError, match=f"ReduceLROnPlateau sets .* the setting {setting}"):
        train(settings(**{setting: value}), callbacks=[plateau])


def test_a_config_of_an_earlier_version_has_the_defaults(whole, settings, tmp_path):
    run, *_ = whole
    text = (run.path / "config.yaml").read_text()
    later = ("optimizer", "schedule", "precision", "class_weights", "label_smoothing", "patience")
    later += ("gradient_diagnostics",)
    kept = [line for line in text.splitlines() if not line.startswith((*later, "smoke"))]
    assert len(text.splitlines()) - len(kept) == len(later) + 1
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "config.yaml").write_text("\n".join(kept))
    config = load_run(tmp_path / "old").config
    assert config == RunConfig(**settings().to_mapping())
