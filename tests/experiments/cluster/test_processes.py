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


@pytest.fixture(scope="module")
def ends(scenes, tmp_path_factory):
    """The runs of one process, and of 1, 2, 4 and 1 one after the other."""
    pytest.importorskip("jax")
    folder = tmp_path_factory.mktemp("cluster")
    one, many = folder / "one", folder / "one_after_1"
    found = {"one": start(1, one, scenes, "copy")}
    outcomes(found["one"])
    found["stopped"] = start(2, many, scenes, "term")
    found["after stop"] = state(many)
    found["killed"] = start(4, many, scenes, "kill")
    found["after kill"] = state(many)
    found["files"] = sorted(path.name for path in many.iterdir())
    found["last"] = start(1, many, scenes, "none")
    return {**found, "one state": state(one), "many state": state(many)}


@pytest.mark.slow
def test_a_signal_to_one_process_stops_all_after_the_same_batch(ends):
    assert [code for _, _, code in ends["stopped"]] == [143, 143]
    # It came during the second batch of the second epoch; the batch after it is the last.
    assert (ends["after stop"].epoch, ends["after stop"].step) == (1, 3)


@pytest.mark.slow
def test_a_killed_process_ends_the_others_with_a_sentence(ends):
    *others, killed = ends["killed"]
    assert killed[2] == -9
    for _, errors, code in others:
        assert code == 1
        assert LOST in errors
    assert (ends["after kill"].epoch, ends["after kill"].step) == (3, 0)


@pytest.mark.slow
def test_a_run_of_changing_processes_equals_that_of_one(ends):
    one, many = ends["one state"], ends["many state"]
    assert one.epoch == many.epoch == 4
    assert set(one.arrays) == set(many.arrays)
    for name, array in one.arrays.items():
        # Not to the bit: the sums over a batch are added up device by device.
        np.testing.assert_allclose(many.arrays[name], array, rtol=1e-6, atol=1e-6, err_msg=name)
    (first,), (last,) = outcomes(ends["one"]), outcomes(ends["last"])
    for name, value in first["history"].items():
        assert last["history"][name] == pytest.approx(value, rel=1e-5, abs=1e-6, nan_ok=True), name


@pytest.mark.slow
def test_only_the_chief_writes(ends):
    assert ends["files"] == ["checkpoints", "config.yaml"]
