"""The learning-rate finder and the check on one batch; their trainings leave nothing behind."""

import math
import types
from pathlib import Path

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import find_learning_rate, overfit_one_batch
from auxnet_keras.experiments.config.config_file import write_config
from auxnet_keras.experiments.fit import learning_rate_finder, overfitting, trial
from auxnet_keras.experiments.fit.learning_rate_finder import smooth, steepest
from auxnet_keras.experiments.run.folder import open_folder

RATES = np.geomspace(1e-7, 10, 100).tolist()


def curve(rate):
    """Falls from 3 to 1, fastest at 10^-3.5, and explodes behind 10^-1."""
    place = math.log10(rate)
    return 3.0 - 2.0 / (1 + math.exp(-4 * (place + 3.5))) + 4 * max(place + 1, 0) ** 2


def test_the_suggestion_is_the_steepest_point():
    found = steepest(RATES, smooth([curve(rate) for rate in RATES]))
    assert math.log10(found) == pytest.approx(-3.5, abs=0.1)
    noisy = np.array([curve(rate) for rate in RATES])
    noisy += np.random.default_rng(0).normal(0, 0.1, 100)
    assert math.log10(steepest(RATES, smooth(noisy))) == pytest.approx(-3.5, abs=0.4)


def test_smoothing_delays_nothing():
    line = np.linspace(3, 1, 100)
    np.testing.assert_allclose(smooth(line)[20:80], line[20:80])


def test_no_fall_no_suggestion():
    assert steepest(RATES, [1.0 + rate for rate in RATES]) is None
    assert steepest(RATES, [1.0] * 100) is None
    assert steepest(RATES, [1.0 - 0.0001 * step for step in range(100)]) is None
    assert steepest([], []) is None


@pytest.fixture
def faked(monkeypatch):
    """Replaces the training: `loss(step, rate)` is what a batch costs, both tasks alike."""

    def install(loss):
        given = []

        def train(config, callbacks):
            (callback,) = callbacks
            given.append(config)
            optimizer = types.SimpleNamespace(learning_rate=config.learning_rate)
            model = types.SimpleNamespace(
                optimizer=optimizer, tasks=("depth", "segmentation"), reset_metrics=lambda: None
            )
            callback.set_model(model)
            for step in range(10**6):
                callback.on_train_batch_begin(step)
                value = loss(step, optimizer.learning_rate)
                callback.on_train_batch_end(step, {"depth_loss": value, "segmentation_loss": 1.0})

        monkeypatch.setattr(trial, "train", train)
        return given

    return install


def test_the_finder_ends_where_the_loss_explodes(faked, settings):
    given = faked(lambda step, rate: curve(rate))
    config = settings(main="depth", epochs=9, patience=1, schedule="cosine", auxiliary_first=1)
    found = find_learning_rate(config)
    assert found.rates == pytest.approx(RATES[: len(found.rates)]) and len(found.rates) < 100
    assert found.losses == [curve(rate) for rate in found.rates]
    assert found.losses[-1] > 4 * min(found.losses)
    assert math.log10(found.suggestion) == pytest.approx(-3.5, abs=0.1)
    (trained,) = given
    assert (trained.schedule, trained.patience, trained.auxiliary_first) == ("constant", None, None)
    assert trained.out != config.out
    folder = open_folder(config).path  # the run may still start there
    assert sorted(file.name for file in folder.iterdir()) == ["lr_finder.csv", "lr_finder.png"]
    lines = (folder / "lr_finder.csv").read_text().splitlines()
    assert lines[0] == "learning_rate,loss,smoothed" and len(lines) == 1 + len(found.rates)


def test_the_finder_does_not_mix_with_files_of_others(faked, settings, tmp_path):
    given = faked(lambda step, rate: 1.0)
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ConfigError, match="never mixes with your files"):
        find_learning_rate(settings(out=str(tmp_path)))
    assert not given


@pytest.mark.parametrize(
    ("loss", "fell", "says"),
    [
        (lambda step, rate: 2.0 / (1 + step), True, "can learn this batch. After 200 steps"),
        (lambda step, rate: 2.0 - step / 200, False, "did not fall to half"),
        (lambda step, rate: math.nan if step == 9 else 2.0, False, "lower learning rate. After 10"),
    ],
)
def test_one_batch_must_be_learnt(faked, settings, loss, fell, says):
    given = faked(loss)
    found = overfit_one_batch(settings(main="depth", labels=3, augment=True))
    assert found.fell == fell and says in str(found)
    assert "depth 2 -> " in str(found) and "segmentation 1 -> 1" in str(found)
    (trained,) = given
    assert (trained.limit, trained.labels, trained.augment) == (4, None, False)


def test_a_real_finder_leaves_the_run_alone(settings, monkeypatch):
    """The run folder gets two files; what it holds stays."""
    monkeypatch.setattr(learning_rate_finder, "STEPS", 8)
    config = settings()
    folder = Path(config.out)
    write_config(config, folder / "config.yaml")
    (folder / "best.weights.h5").write_bytes(b"trained")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    found = find_learning_rate(config)
    assert len(found.losses) == 8 and len(set(found.losses)) == 8
    after = {path: path.read_bytes() for path in folder.iterdir() if path in before}
    assert after == before and len(list(folder.iterdir())) == len(before) + 2


def test_a_real_batch_is_the_same_in_every_step(settings, monkeypatch):
    monkeypatch.setattr(overfitting, "STEPS", 5)
    found = overfit_one_batch(settings(optimizer="sgd", learning_rate=1e-30, weighting="none"))
    assert found.steps == 5 and found.first == pytest.approx(found.last)
    assert not found.fell
