"""Runs that are killed again and again end as if nothing had happened, to the byte.

By default a run is killed eight times. AUXNET_FAULT_SEEDS=5 kills five runs at other moments, each
fourteen times; one takes minutes.
"""

import csv
import json
import os
import random

import pytest

import auxnet_keras as ak

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


def history_of(folder):
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        {name: value for name, value in row.items() if name not in ("seconds", "images_per_second")}
        for row in rows
    ]


def check(seed, ends, tmp_path, run_program, **environment):
    """A run that ends like that again and again, beside one that does not."""
    scenes, killed = tmp_path / "scenes", str(tmp_path / "killed")
    ak.data.street.write(scenes, 10, 0)
    runs = [(killed, when) for when, _ in ends]
    runs = [(str(tmp_path / "whole"), "never"), *runs, (killed, "never")]
    whole, _, *lines, resumed, last = run_program(
        "resumable", str(scenes), str(seed), json.dumps(runs), **environment
    )
    assert whole["resumed_from"] is None
    for (when, newest), line in zip(ends, lines, strict=True):
        code = CODES.get(when.partition(":")[0], -9)
        assert line == {"code": code, "newest": newest}, when
    assert last["code"] == 0
    assert resumed == {"digest": whole["digest"], "resumed_from": ends[-1][1]}
    assert history_of(tmp_path / "killed") == history_of(tmp_path / "whole")
    for file in ("best.weights.h5", "checkpoints/epoch-00004/state.npz"):
        contents = [(tmp_path / name / file).read_bytes() for name in ("whole", "killed")]
        assert contents[0] == contents[1], file
    # Nothing is left of what was half written.
    names = [
        sorted(path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*"))
        for name in ("whole", "killed")
    ]
    assert names[0] == names[1]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_runs_end_as_if_nothing_had_happened(seed, tmp_path, run_program):
    check(seed, faults(seed), tmp_path, run_program)


@pytest.mark.slow
def test_on_jax_too(tmp_path, run_program):
    """In the middle of an epoch, JAX holds all values outside of the model."""
    environment = {
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path / "compiled"),  # for the runs after the first
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }
    ends = [("step:2", "epoch-00000.batch-000002"), ("quit:2", "epoch-00002.batch-000003")]
    check(0, ends, tmp_path, run_program, **environment)
