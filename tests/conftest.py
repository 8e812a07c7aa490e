"""Shared fixtures: where the real frames are, and quiet TensorFlow."""

import gc
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
# Tests run in as many processes as there are cores: one thread each.
for threads in (
    *("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    *("NPROC", "PJRT_NPROC"),  # JAX
):
    os.environ.setdefault(threads, "1")

# A shell starts background jobs with Ctrl-C ignored, nohup with a lost terminal ignored; they and
# their children would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

LONGEST = ("test_notebooks.py", "test_real_study.py", "test_faults.py", "test_replicas.py")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items):
    """The longest tests first: as the last, one would keep a process busy and the others idle."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def _real_data(variable: str, folder: str) -> Path:
    root = Path(os.environ.get(variable, SHARED / folder))
    if not root.is_dir():
        pytest.skip(f"real frames not found at {root}; set {variable} to their folder")
    return root


@pytest.fixture(scope="session")
def kitti_root() -> Path:
    """A folder with real KITTI 2015 frames, or a skip."""
    return _real_data("AUXNET_KITTI", "kitti2015")


@pytest.fixture(scope="session")
def cityscapes_root() -> Path:
    """A folder with real Cityscapes frames, or a skip."""
    return _real_data("AUXNET_CITYSCAPES", "cityscapes")


@pytest.fixture(scope="session")
def run_program():
    """Runs a module of tests/programs in a process of its own; returns what it printed, by line."""

    def run(module: str, *arguments: str, **environment: str) -> list:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.programs.{module}", *arguments],
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    """Frees the graphs of a test; those of hundreds of tests at once would take a minute.

    TensorFlow keeps some gradients of every traced step for good, and with them the graph.
    """
    result = yield
    if "tensorflow" in sys.modules:
        from tensorflow.python.framework.ops import gradient_registry

        traced = [name for name in gradient_registry.list() if "CustomGradient" in name]
        for name in traced:
            del gradient_registry._registry[name]
        if traced:
            gc.collect()
            gc.freeze()  # what is left stays, and need not be looked through again
    return result
