"""A run goes on only on the backend that began it."""

import sys

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import load_run
from auxnet_keras.experiments.run import same_backend
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.experiments.run.same_backend import check_same_backend
from tests.experiments.fake_runs import write_run


@pytest.fixture
def run(tmp_path, monkeypatch):
    """An unfinished run of JAX that has saved an epoch; here, Keras computes on TensorFlow."""
    folder = write_run(tmp_path / "run", finished=False, backend="jax")
    monkeypatch.setattr(Run, "position_saved", (1, 0))
    monkeypatch.setattr(same_backend, "backend", lambda: "tensorflow")
    return load_run(folder)


def test_another_backend_is_refused_with_what_to_set(run):
    with pytest.raises(ConfigError, match=r"was trained on jax, .* Set KERAS_BACKEND=jax") as error:
        check_same_backend(run)
    assert str(error.value).endswith("Received: KERAS_BACKEND=tensorflow.")


def test_its_own_goes_on(run, monkeypatch):
    monkeypatch.setattr(same_backend, "backend", lambda: "jax")
    check_same_backend(run)


def test_a_run_that_saved_nothing_starts_over_on_any(run, monkeypatch):
    monkeypatch.setattr(Run, "position_saved", (0, 0))
    check_same_backend(run)


@pytest.mark.parametrize("name", ["jaxx", "numpy"])
def test_before_keras_is_imported_a_backend_may_not_exist(run, monkeypatch, name):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", name)
    with pytest.raises(ConfigError, match=rf"backend in KERAS_BACKEND.*'{name}'"):
        check_same_backend(run)
