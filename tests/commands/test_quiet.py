"""The note while the backend loads; the noise of its libraries is not shown, unless it fails."""

import os
import pty
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from auxnet_keras.commands.quiet import start_backend
sys.meta_path = [each for each in sys.meta_path if type(each).__name__ != "_AfterKeras"]
start_backend()
print("started", file=sys.stderr)
"""
TENSORFLOW = """
import os
os.write(2, b"noise of a library\\n")
class config:
    list_physical_devices = staticmethod(lambda: [])
class get_logger:
    setLevel = staticmethod(lambda level: None)
"""


@pytest.fixture
def environment(tmp_path):
    """Where TensorFlow, JAX and Keras are files of a few lines."""
    (tmp_path / "keras.py").write_text("import os\nos.write(2, b'noise of Keras')\n")
    (tmp_path / "tensorflow.py").write_text(TENSORFLOW)
    (tmp_path / "jax.py").write_text("")
    paths = os.pathsep.join(filter(None, [str(tmp_path), *sys.path]))
    return {**os.environ, "PYTHONPATH": paths, "KERAS_BACKEND": "tensorflow"}


@pytest.mark.parametrize(("backend", "name"), [("tensorflow", "TensorFlow"), ("jax", "JAX")])
def test_a_file_has_the_note_and_no_noise(environment, backend, name):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("", f"starting {name} ...\nstarted\n")


def test_on_a_terminal_the_note_disappears(environment):
    terminal, end = pty.openpty()
    subprocess.run([sys.executable, "-c", PROGRAM], env=environment, stderr=end, check=True)
    shown = os.read(terminal, 1000).decode()
    os.close(end)
    os.close(terminal)
    assert shown == "starting TensorFlow ...\r\x1b[2Kstarted\r\n"


def test_a_failure_shows_everything(environment, tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        TENSORFLOW.replace("class config", "raise OSError\nclass x")
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "noise of a library" in done.stderr and "OSError" in done.stderr
