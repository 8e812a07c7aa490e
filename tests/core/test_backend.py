"""The backend: which one, and one sentence if it is not installed."""

import json
import os
import subprocess
import sys

import pytest

from auxnet_keras.core import backend as module
from auxnet_keras.core.backend import backend, check_backend
from auxnet_keras.errors import BackendError, ConfigError


@pytest.fixture
def before_keras(monkeypatch, tmp_path):
    """As if Keras were not imported yet and had no settings."""
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def installed(monkeypatch):
    """Sets what is installed."""

    def only(*names):
        monkeypatch.setattr(module, "is_installed", lambda name: name in names)

    return only


def test_an_imported_keras_knows():
    import keras

    assert backend() == keras.backend.backend()


def test_before_it_the_variable_counts_then_its_settings_then_its_default(
    before_keras, monkeypatch
):
    assert backend() == "tensorflow"
    (before_keras / "keras.json").write_text("{")
    assert backend() == "tensorflow"
    (before_keras / "keras.json").write_text(json.dumps({"backend": "torch"}))
    assert backend() == "torch"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert backend() == "jax"


def test_keras_agrees(before_keras, tmp_path):
    """It reads the same file."""
    (before_keras / "keras.json").write_text(json.dumps({"backend": "numpy"}))
    program = "import keras; print(keras.backend.backend())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == backend() == "numpy"


@pytest.mark.parametrize(
    ("given", "there", "says"),
    [
        (None, ["jax"], ["TensorFlow", "auxnet_keras[tensorflow]", "or set KERAS_BACKEND=jax"]),
        (None, [], ["or pip install 'auxnet_keras[jax]' and set KERAS_BACKEND=jax"]),
        ("jax", [], ["auxnet_keras[jax]', or pip install 'auxnet_keras[tensorflow]' and set KER"]),
        ("jax", ["tensorflow"], ["JAX, on", "auxnet_keras[jax]", "set KERAS_BACKEND=tensorflow"]),
        ("torch", ["jax"], ["PyTorch", "auxnet_keras[torch]", "Received: KERAS_BACKEND=torch."]),
    ],
)
def test_a_missing_backend_says_what_to_install_and_to_set(
    before_keras, installed, monkeypatch, given, there, says
):
    if given:
        monkeypatch.setenv("KERAS_BACKEND", given)
    installed(*there)
    with pytest.raises(BackendError) as error:
        check_backend()
    for each in says:
        assert each in str(error.value)
    installed(backend())
    check_backend()


def test_a_backend_that_does_not_exist(before_keras, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jaxx")
    with pytest.raises(ConfigError, match="did you mean 'jax'"):
        check_backend()


def test_it_is_one_sentence_for_programs_and_for_commands(tmp_path):
    """With a Python that finds no backend: one line, and the same where Keras is imported."""
    program = (
        "import sys\n"
        "sys.modules.update(tensorflow=None, jax=None, torch=None)\n"
        "import auxnet_keras as ak\n"
        "from auxnet_keras.cli import main\n"
        "try: ak.models.AuxNet\n"
        "except ImportError as error: print(error)\n"
        "main(['info', 'unet', '--size', '96x160'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("JAX, on which Keras computes here, is not installed.")
    assert done.stderr == f"auxnet: {done.stdout}"
