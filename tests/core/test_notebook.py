"""TensorFlow's red lines in notebooks: hidden, unless it fails to start."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
class ZMQInteractiveShell: pass
class IPython:
    @staticmethod
    def get_ipython(): return ZMQInteractiveShell() if {notebook} else None
sys.modules["IPython"] = IPython
import auxnet_keras
import importlib.util
assert importlib.util.find_spec("tensorflow")  # as a check of the backend asks
assert "tensorflow" not in sys.modules
import tensorflow
import tensorflow.part
print(tensorflow.level, file=sys.stderr)
"""
TENSORFLOW = """
import os
os.write(2, b"noise of a library\\n")
level = os.environ.get("TF_CPP_MIN_LOG_LEVEL")
class config:
    @staticmethod
    def list_physical_devices(): os.write(2, b"noise of a driver\\n")
class get_logger:
    def setLevel(self, level): assert level == "ERROR"
"""


@pytest.fixture
def started(tmp_path):
    """Standard error of a process that imports the package first, then a TensorFlow of text."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "part.py").write_text("")

    def run(notebook, text=TENSORFLOW):
        (tmp_path / "tensorflow" / "__init__.py").write_text(text)
        environment = {name: v for name, v in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
        environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
        return subprocess.run(
            [sys.executable, "-c", PROGRAM.format(notebook=notebook)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    return run


def test_a_notebook_hides_the_noise(started):
    assert started(True).stderr == "3\n"


def test_elsewhere_nothing_changes(started):
    assert started(False).stderr == "noise of a library\nNone\n"


def test_a_failure_shows_everything(started):
    done = started(
        True, TENSORFLOW.replace("level = os", "raise OSError('no library')\nlevel = os")
    )
    assert done.returncode == 1
    assert "noise of a library" in done.stderr and "no library" in done.stderr
