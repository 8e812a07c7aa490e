"""Runs that are killed again and again end as if nothing had happened, to the byte.

By default a run is killed eight times. AUXNET_FAULT_SEEDS=5 kills five runs at other moments, each
fourteen times; one takes minutes.
"""

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import auxnet_keras as ak

ROOT = Path(__file__).resolve().parents[2]
THOROUGH = "AUXNET_FAULT_SEEDS" in os.environ
SEEDS = range(int(os.environ.get("AUXNET_FAULT_SEEDS", 1)))
CODES = {"term": 143, "quit": 143, "interrupt": -2}
"""A KeyboardInterrupt that nobody catches ends Python by its signal; the others are SIGKILL."""


def faults(seed):
    """(end, the newest checkpoint then), in the order of a run of four epochs of three batches."""
    chance = random.Random(seed)
    every = [
        ("step:1", "epoch-00000.batch-000001"),
        (f"later:2:{chance.randrange(3)}", "epoch-00000.batch-000001"),  # the first step after it
        (f"write:2:{chance.randrange(20_000)}", "epoch-00000.batch-000001"),
        (f"sync:2:{chance.randrange(4)}", "epoch-00000.batch-000001"),
        ("sync:3:4", "epoch-00000.batch-000003"),  # renamed, and the folder not synced
        ("validation:0", "epoch-00000.batch-000003"),  # all of the epoch is trained
        ("before:0", "epoch-00000.batch-000003"),  # history and best weights know it already
        (f"write:6:{chance.randrange(20_000)}", "epoch-00001.batch-000002"),
        ("term:6", "epoch-00001.batch-000003"),
        ("quit:1", "epoch-00001.batch-000003"),
        ("after:1", "epoch-00002"),
        ("interrupt:8", "epoch-00002.batch-000002"),
        (f"write:9:{chance.randrange(20_000)}", "epoch-00002.batch-000002"),
        ("step:9", "epoch-00002.batch-000003"),
    ]
    quick = ("step:1", "write:2", "sync:2", "sync:3", "validation", "write:6", "term", "step:9")
    return every if THOROUGH else [one for one in every if one[0].startswith(quick)]


def run(folder, scenes, when, seed):
    """A run in a process of its own: what it printed, or `None` if it was ended."""
    command = [sys.executable, "-m", "tests.programs.resumable", folder, scenes, when, str(seed)]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if when == "never":
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == CODES.get(when.partition(":")[0], -9), (when, done.stderr)
    return None


def history_of(folder):
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        {name: value for name, value in row.items() if name not in ("seconds", "images_per_second")}
        for row in rows
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_runs_end_as_if_nothing_had_happened(seed, tmp_path):
    scenes = tmp_path / "scenes"
    ak.data.street.write(scenes, 10, 0)
    whole = run(tmp_path / "whole", scenes, "never", seed)
    assert whole["resumed_from"] is None
    killed = tmp_path / "killed"
    for when, newest in faults(seed):
        run(killed, scenes, when, seed)
        assert max(path.name for path in (killed / "checkpoints").glob("epoch-*")) == newest, when
    resumed = run(killed, scenes, "never", seed)
    assert resumed == {"digest": whole["digest"], "resumed_from": "epoch-00002.batch-000003"}
    assert history_of(killed) == history_of(tmp_path / "whole")
    for file in ("best.weights.h5", "checkpoints/epoch-00004/state.npz"):
        contents = [(tmp_path / name / file).read_bytes() for name in ("whole", "killed")]
        assert contents[0] == contents[1], file
    # Nothing is left of what was half written.
    names = [
        sorted(path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*"))
        for name in ("whole", "killed")
    ]
    assert names[0] == names[1]
