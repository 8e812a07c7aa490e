"""One, two, four and again one process train one run on loopback, on JAX without TensorFlow.

Each program does several checks, because most of its time goes into starting and compiling.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from auxnet_keras.callbacks.checkpoint_store import CheckpointStore

ROOT = Path(__file__).resolve().parents[3]
LOST = "Another process of the cluster has ended or is out of reach, so this one stops, too"


def start(count, *arguments):
    """Standard output, standard error and exit code of `count` processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    started = []
    for index in range(count):
        cluster = {
            "JAX_COORDINATOR_ADDRESS": address,
            "JAX_NUM_PROCESSES": str(count),
            "JAX_PROCESS_ID": str(index),
        }
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.programs.cluster", *map(str, arguments)],
                cwd=ROOT,
                env={
                    **os.environ,
                    **(cluster if count > 1 else {}),
                    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # halves the time to compile
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        return [(*process.communicate(timeout=400), process.returncode) for process in started]
    finally:
        for process in started:
            process.kill()


def outcomes(ended):
    for _, errors, code in ended:
        assert code == 0, errors[-3000:]
    return [json.loads(output.splitlines()[-1]) for output, _, _ in ended]


def state(folder):
    return CheckpointStore(folder / "checkpoints").newest()


def test_a_signal_after_the_last_epoch_ends_all(tmp_path):
    """A process that waits for the chief's scores ends at once; the chief, when it misses it."""
    pytest.importorskip("jax")
    chief, *waiting = start(3, tmp_path / "run", "/nowhere", "late")
    assert [code for _, _, code in waiting] == [-15, 130]
    assert chief[2] == 1
    assert LOST in chief[1]


def test_all_end_if_the_chief_refuses_its_folder(tmp_path):
    pytest.importorskip("jax")
    (tmp_path / "notes.txt").touch()
    chief, other = start(2, tmp_path, "/nowhere", "refuse")
    assert "The run folder must be new" in chief[1]
    assert LOST in other[1]
    assert [chief[2], other[2]] == [1, 1]


@pytest.mark.slow
def test_one_two_four_and_one_process(scenes, tmp_path):
    """One test for all: several would share a fixture, which each worker of xdist makes anew."""
    pytest.importorskip("jax")
    one, many = tmp_path / "one", tmp_path / "one_after_1"
    alone = start(1, one, scenes, "copy")
    (first,) = outcomes(alone)
    stopped, after_stop = start(2, many, scenes, "term"), state(many)
    killed, after_kill = start(4, many, scenes, "kill"), state(many)
    # Only the chief writes.
    assert sorted(path.name for path in many.iterdir()) == ["checkpoints", "config.yaml"]
    (last,) = outcomes(start(1, many, scenes, "none"))
    all_stop_after_the_same_batch(stopped, after_stop)
    all_end_with_a_sentence(killed, after_kill)
    equal(state(one), state(many))
    for name, value in first["history"].items():
        assert last["history"][name] == pytest.approx(value, rel=1e-5, abs=1e-6, nan_ok=True), name


def all_stop_after_the_same_batch(stopped, after):
    """A signal to one process came during the second batch; the batch after it is the last."""
    assert [code for _, _, code in stopped] == [143, 143]
    assert (after.epoch, after.step) == (1, 3)


def all_end_with_a_sentence(ended, after):
    """One process was killed; its neighbours end by themselves."""
    *others, killed = ended
    assert killed[2] == -9
    for _, errors, code in others:
        assert code == 1
        assert LOST in errors
    assert (after.epoch, after.step) == (3, 0)


def equal(one, many):
    """Not to the bit: the sums over a batch are added up device by device."""
    assert one.epoch == many.epoch == 4
    assert set(one.arrays) == set(many.arrays)
    for name, array in one.arrays.items():
        path = one.meta["variables"].get(name, name)
        # Moments of a quotient of small differences of losses, which enlarges their rounding.
        bound = 1e-3 if path in ("weighting_state/m", "weighting_state/v") else 1e-6
        np.testing.assert_allclose(many.arrays[name], array, rtol=bound, atol=1e-6, err_msg=path)
