"""Runs a piece of Python on the JAX backend in a process where TensorFlow cannot be imported."""

import os
import subprocess
import sys
from pathlib import Path

NO_TENSORFLOW = """
import sys
class NoTensorFlow:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, NoTensorFlow())
"""


def run(code: str) -> str:
    """Standard output of `code`; fails with the process's errors."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # halves the time to compile
    }
    done = subprocess.run(
        [sys.executable, "-c", NO_TENSORFLOW + code],
        env=environment,
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
