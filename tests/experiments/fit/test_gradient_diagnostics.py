"""The setting gradient_diagnostics: what a run folder gains, and that its training is the same."""

import numpy as np
import pytest

from auxnet_keras.callbacks import TensorBoardPictures
from auxnet_keras.callbacks.batch_table import read_columns
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import train
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit import finalize
from auxnet_keras.experiments.outputs.figures import write_curves
from tests.callbacks.events import scalars


@pytest.fixture(autouse=True)
def only_fits(monkeypatch):
    """No pictures and no evaluation, which take most of a small run's time."""
    monkeypatch.setattr(TensorBoardPictures, "on_epoch_end", lambda self, epoch, logs=None: None)
    monkeypatch.setattr(finalize, "finish", lambda run: None)


def test_a_run_with_diagnostics_is_the_same_run(settings, tmp_path):
    plain = train(settings(out=str(tmp_path / "plain")))
    run = train(settings(out=str(tmp_path / "measured"), gradient_diagnostics=2))
    measured = {name: v for name, v in run.history.items() if name.startswith("gradient_")}
    clocks = ("seconds", "images_per_second")
    for name, values in plain.history.items():
        if name not in clocks:
            np.testing.assert_array_equal(run.history[name], values, name)
    assert set(run.history) - set(plain.history) == set(measured)
    columns = read_columns(run.path / "gradients.csv")
    assert columns["epoch"] == [0.5, 1.0, 1.5, 2.0]
    assert measured["gradient_condition"][1] == pytest.approx(
        sum(columns["gradient_condition"][2:]) / 2
    )
    assert list(scalars(run.path / "tensorboard")["gradient/condition/batch"]) == [2, 4, 6, 8]
    write_curves(run)
    assert (run.path / "figures" / "gradients.png").stat().st_size > 1000
    assert not (plain.path / "gradients.csv").exists()


def test_one_task_is_refused():
    with pytest.raises(ConfigError, match="gradient_diagnostics is about the auxiliary task"):
        RunConfig(single_task=True, gradient_diagnostics=5)
