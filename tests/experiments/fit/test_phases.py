"""The auxiliary task first, then as configured: one run, however often it is interrupted."""

import dataclasses

import keras
import numpy as np
import pytest

from auxnet_keras import plots
from auxnet_keras.callbacks import BestWeights, ResumableCheckpoint, TensorBoardPictures
from auxnet_keras.experiments import load_run, train
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit import finalize
from auxnet_keras.experiments.fit.optimization import learning_rate_callbacks, new_optimizer
from auxnet_keras.experiments.fit.phases import Phase, phases
from auxnet_keras.experiments.fit.training import _dataset
from auxnet_keras.experiments.run.best_epoch import idle_tasks
from auxnet_keras.experiments.run.network import network
from tests.callbacks.events import points

CLOCKS = ("seconds", "images_per_second")
TIMES = {f"time/{name}" for name in CLOCKS}


CHANGES = {"labels": 6, "auxiliary_first": 2, "epochs": 3, "weighting": "twb"}
"""Two epochs of depth on 16 scenes, then three on 6 labelled ones, two and two in a batch."""


@pytest.fixture(scope="module", autouse=True)
def only_fits():
    """No pictures and no evaluation, which take most of a small run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TensorBoardPictures, "on_epoch_end", lambda self, epoch, logs=None: None)
        patch.setattr(finalize, "finish", lambda run: None)
        yield


@pytest.fixture
def two_phases(settings):
    return lambda **changes: settings(**{**CHANGES, "restart_optimizer": False, **changes})


@pytest.fixture(scope="module")
def whole(scenes, tiny_backbone, tmp_path_factory):
    """Such a run that was never interrupted; its optimizer goes on through the border."""
    return train(
        RunConfig(
            data=f"street:{scenes}",
            backbone=tiny_backbone,
            weights="none",
            size=(32, 64),
            batch_size=4,
            learning_rate=1e-2,
            restart_optimizer=False,
            **CHANGES,
            out=str(tmp_path_factory.mktemp("runs") / "whole"),
        )
    )


def test_the_phases_of_a_config(settings):
    assert phases(settings()) == [Phase(0, 2, None, 0)]
    first, then = phases(settings(auxiliary_first=4, epochs=3))
    assert (first, then) == (Phase(0, 4, "depth", 0), Phase(4, 7, None, 4))
    assert first.note == "depth first" and then.note == ""
    swapped, kept = phases(settings(auxiliary_first=4, main="depth", restart_optimizer=False))
    assert (swapped.alone, kept.begins) == ("segmentation", 0)


def test_every_so_many_epochs_and_the_last_are_validated():
    assert Phase(0, 5, None, 0).validated(1) == [1, 2, 3, 4, 5]
    assert Phase(0, 5, None, 0).validated(2) == [2, 4, 5]
    assert Phase(3, 9, None, 3).validated(3) == [6, 9]
    assert Phase(3, 5, None, 3).validated(100) == [5]


def test_one_history_and_best_weights_of_the_second_phase(whole):
    history = whole.history
    assert history["epoch"] == [1, 2, 3, 4, 5]
    assert history["weight_segmentation"][:2] == [0, 0]
    assert history["weight_depth"][:2] == [1, 1]
    assert history["weight_segmentation"][2] > 0
    from h5py import File

    with File(whole.path / "best.weights.h5") as file:
        best = int(file.attrs["epoch"])
    assert best == 2 + int(np.argmin(history["val_segmentation_loss"][2:]))
    manifest = whole.manifest.content["data"]
    assert manifest["targets"]["train"] == {"segmentation": 6, "depth": 16}
    log = (whole.path / "log.txt").read_text()
    assert "depth alone for 2 epochs over 16 images" in log
    assert "16 to train on: 6 with the target of segmentation and 2 of 4 per step without" in log
    assert "epoch 5:" in log


class FakePlan:
    """Three steps an epoch, four of the auxiliary task alone."""

    def __len__(self):
        return 3

    def auxiliary_pass(self):
        return range(4)


def interrupting(monkeypatch, at, behind):
    """Ends a run at an epoch, before or behind its checkpoint, or within it."""
    write = ResumableCheckpoint.on_epoch_end
    batch_end = ResumableCheckpoint.on_train_batch_end

    def end_of_epoch(self, epoch, logs=None):
        if epoch == at and behind == "before":
            raise KeyboardInterrupt
        write(self, epoch, logs)
        if epoch == at and behind == "after":
            raise KeyboardInterrupt

    def end_of_batch(self, batch, logs=None):
        batch_end(self, batch, logs)
        if self._epoch == at and behind == "within" and batch == 1:
            self._save(self._epoch, self._step)
            raise KeyboardInterrupt

    monkeypatch.setattr(ResumableCheckpoint, "on_epoch_end", end_of_epoch)
    monkeypatch.setattr(ResumableCheckpoint, "on_train_batch_end", end_of_batch)


def assert_same(run, whole):
    for column, values in whole.history.items():
        if column not in CLOCKS:
            np.testing.assert_array_equal(run.history[column], values, err_msg=column)
    states = [path / "checkpoints/epoch-00005/state.npz" for path in (run.path, whole.path)]
    assert states[0].read_bytes() == states[1].read_bytes()
    for ours, theirs in zip(run.model().variables, whole.model().variables, strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)
    board, expected = (points(path / "tensorboard") for path in (run.path, whole.path))
    assert board.keys() == expected.keys()
    for tag in expected.keys() - TIMES:
        assert sorted(board[tag]) == sorted(expected[tag]), tag


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_as_one_that_was_not(two_phases, whole, monkeypatch):
    ends = [
        (1, "before"),  # the first phase's last checkpoint is not there
        (1, "after"),
        (2, "after"),
    ]
    for at, behind in ends:
        with monkeypatch.context() as patch:
            interrupting(patch, at, behind)
            with pytest.raises(KeyboardInterrupt):
                train(two_phases())
    # The newest is damaged, so that the spare is the first phase's.
    newest = load_run(two_phases().out).path / "checkpoints/epoch-00003/state.npz"
    newest.write_bytes(b"damaged")
    with (  # noqa: PT031 - two simple statements
        monkeypatch.context() as patch,
        pytest.warns(UserWarning, match="Skipped damaged checkpoints"),
    ):
        interrupting(patch, 3, "within")
        with pytest.raises(KeyboardInterrupt):
            train(two_phases())
    assert_same(train(two_phases()), whole)


def test_the_learning_rate_starts_again_or_goes_on(settings):
    def rates(**changes):
        config = settings(auxiliary_first=2, epochs=3, learning_rate_drops={1: 1e-3, 3: 1e-4})
        config = dataclasses.replace(config, **changes)
        return [
            learning_rate_callbacks(config, phase)[0].schedule(epoch, 0.0)
            for phase in phases(config)
            for epoch in range(phase.first, phase.last)
        ]

    assert rates() == [1e-2, 1e-3, 1e-2, 1e-3, 1e-3]
    assert rates(restart_optimizer=False) == [1e-2, 1e-3, 1e-3, 1e-4, 1e-4]


def test_a_schedule_spans_the_phases_of_its_optimizer(settings):
    """Depth alone: 2 epochs of 4 steps; then 3 epochs of 3."""
    plan = FakePlan()

    def rates(**changes):
        config = settings(auxiliary_first=2, epochs=3, schedule="polynomial:1", **changes)
        first, then = phases(config)
        return [
            np.array(new_optimizer(config, phase, plan)._learning_rate(np.arange(17)))
            for phase in (first, then)
        ]

    alone, joint = rates()
    np.testing.assert_allclose(alone[:9], 1e-2 * (1 - np.arange(9) / 8), atol=1e-9)
    np.testing.assert_allclose(joint[:10], 1e-2 * (1 - np.arange(10) / 9), atol=1e-9)
    both, same = rates(restart_optimizer=False)
    np.testing.assert_allclose(both, 1e-2 * (1 - np.arange(17) / 17), atol=1e-9)
    np.testing.assert_array_equal(same, both)


def test_a_kept_optimizer_counts_the_steps_of_both_phases(whole):
    state = np.load(whole.path / "checkpoints/epoch-00005/state.npz")
    assert state["optimizer-00000"] == 2 * 4 + 3 * 3
    ends = [step for step, _ in points(whole.path / "tensorboard")["time/epoch"]]
    assert ends == [4, 8, 11, 14, 17]


@pytest.mark.slow
def test_segmentation_alone_behind_depth_is_a_single_task(two_phases, monkeypatch):
    """Weights 1 and 0: the single-task network from the same start goes the same way, and what
    predicts depth stays as it is."""
    starts, ends = [], []
    begin = ResumableCheckpoint.on_epoch_begin

    def remember(self, epoch, logs=None):
        begin(self, epoch, logs)
        if epoch == self.after > 0:
            starts.append({v.path: np.array(v) for v in self.model.variables})
            assert int(self.model.optimizer.iterations) == 0

    def last(self, logs=None):
        ends.append({v.path: np.array(v) for v in self.model.variables})

    monkeypatch.setattr(ResumableCheckpoint, "on_epoch_begin", remember)
    monkeypatch.setattr(BestWeights, "on_train_end", last)
    config = two_phases(weighting="fixed:1,0", extra_share=0, restart_optimizer=True)
    train(config)
    monkeypatch.undo()
    (start,), (end,) = starts, ends

    from auxnet_keras.experiments.config.run_config import RunConfig

    keras.utils.set_random_seed(0)
    alone = {**config.to_mapping(), "single_task": True, "weighting": "none"}
    single_config = RunConfig(**alone | {"auxiliary_first": None})
    single = network(single_config, load_run(config.out).info.class_names)
    for variable in single.variables:
        variable.assign(start[variable.path])
    single.compile(keras.optimizers.Adam(config.learning_rate), jit_compile=False)
    single.fit(_dataset(single_config, "train"), epochs=3, verbose=0)
    for variable in single.variables:
        np.testing.assert_allclose(np.array(variable), end[variable.path], rtol=1e-5, atol=1e-6)
    of_depth = [name for name in end if name not in {v.path for v in single.variables}]
    assert any("depth" in name for name in of_depth)
    for name in of_depth:
        if not name.startswith("weighting_state"):
            np.testing.assert_array_equal(end[name], start[name], err_msg=name)
    # The optimizer counted from 0 again, the curves did not.
    steps = len(_dataset(config, "train"))
    ends = [step for step, _ in points(load_run(config.out).path / "tensorboard")["time/epoch"]]
    assert ends == [4, 8, 8 + steps, 8 + 2 * steps, 8 + 3 * steps]
    # The encoder moved away from this decoder.
    assert idle_tasks(load_run(config.out)) == ("depth",)


@pytest.mark.slow
def test_validation_now_and_then(two_phases):
    run = train(two_phases(validate_every=2, weighting="class-wise:start_epoch=1,bins=3"))
    validated = ~np.isnan(run.history["val_segmentation_loss"])
    assert validated.tolist() == [False, True, False, True, True]
    plots.learning_curves(run.history, run.path / "curves.png")
    weights = np.array([v for k, v in run.history.items() if k.startswith("class_weight_")])
    # An epoch of warm-up in the second phase, whatever the first one's.
    assert (weights[:, 2] == 1).all() and (weights[:, 4] != 1).any()
