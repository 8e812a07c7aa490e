"""The benchmarks run and write what they promise. How fast anything is, no test says."""

import contextlib
import importlib.util
import io
import json
import logging
import math
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
NAMES = {
    "step_time": {"null", "fixed", "twb", "ftwb"},
    "startup": {"first_step"},
    "pipeline": {"uncached", "cached", "batches"},
    "memory": {"memory"},
    "weighting_cost": {"null", "twb", "class-wise", "mgda", "class-wise_memory"},
    "peer_pytorch": {"pytorch"},
    "soak": {"soak_memory", "soak_files", "soak_threads"},
    "many_frames": {"first_batch", "signature", "memory"},
}
HAS_TORCH = importlib.util.find_spec("torch") is not None


def run(script: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(FOLDER / f"{script}.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )


@pytest.fixture
def in_this_process(monkeypatch):
    """Scripts that a benchmark starts run in this process: it has imported TensorFlow already."""
    from auxnet_keras.models import unet

    monkeypatch.setattr(unet, "WIDTHS", unet.WIDTHS)  # a quick benchmark narrows them
    monkeypatch.syspath_prepend(str(FOLDER))

    def started(command, **_):
        assert command[0] == sys.executable
        printed = io.StringIO()
        with monkeypatch.context() as patch, contextlib.redirect_stdout(printed):
            patch.setattr(sys, "argv", list(command[1:]))
            try:
                runpy.run_path(command[1], run_name="__main__")
                code = 0
            except SystemExit as end:
                code = end.code or 0
        return subprocess.CompletedProcess(command, code, printed.getvalue(), str(code))

    monkeypatch.setattr(subprocess, "run", started)
    logger = logging.getLogger("auxnet_keras")
    level = logger.level
    yield
    logger.setLevel(level)
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.mark.slow
@pytest.mark.parametrize("script", NAMES)
def test_quick_run_prints_a_table_and_writes_its_ratios(script, tmp_path, in_this_process):
    if script == "peer_pytorch" and not HAS_TORCH:
        pytest.skip("PyTorch is an extra")
    done = run(script, "--quick", "--json", str(tmp_path / "ratios.json"))
    assert done.returncode == 0, done.stderr
    ratios = json.loads((tmp_path / "ratios.json").read_text())
    assert set(ratios) == NAMES[script]
    assert all(math.isfinite(ratio) and ratio > 0 for ratio in ratios.values())
    parts = done.stdout.split("\n\n")
    for caption, rows in zip(parts[::2], parts[1::2], strict=True):
        assert "cores" in caption and "keras 3" in caption
        assert rows.startswith("| contender |") and rows.strip().count("\n") >= 3


@pytest.mark.slow
def test_quick_run_on_shards(tmp_path, in_this_process):
    done = run("many_frames", "--quick", "--shards", "--json", str(tmp_path / "ratios.json"))
    assert done.returncode == 0, done.stderr
    assert set(json.loads((tmp_path / "ratios.json").read_text())) == NAMES["many_frames"]
    assert "| 1,000 frames |" in done.stdout


@pytest.mark.slow
def test_many_epochs_open_no_more_files_and_threads_and_take_little_memory():
    done = run("soak", "--measure", "ours", "--epochs", "25", "--every", "2")
    assert done.returncode == 0, done.stderr[-4000:]
    looks = json.loads(done.stdout.splitlines()[-1])
    assert looks["epoch"] == [float(epoch) for epoch in range(2, 26, 2)]
    for what in ("files", "threads"):
        assert max(looks[what][7:]) <= max(looks[what][:7]), looks[what]
    # A megabyte an epoch would be 8: the picture of an epoch kept, say, or a new graph.
    assert looks["memory"][-1] - looks["memory"][7] < 6, looks["memory"]


@pytest.mark.slow
@pytest.mark.skipif(HAS_TORCH, reason="PyTorch is installed")
def test_without_pytorch_the_peer_says_what_to_install():
    done = run("peer_pytorch", "--quick")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install -e '.[bench]'")


@pytest.fixture
def common(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, "common", raising=False)
    return importlib.import_module("common")


def test_contenders_take_turns_and_warmup_does_not_count(common):
    order = []

    def contender(name):
        return lambda: order.append(name) or float(len(order))

    measured = common.interleaved({name: contender(name) for name in "ab"}, rounds=4, warmup=1)
    assert "".join(order) == "abbabaabab"
    assert measured == {"a": [4.0, 6.0, 7.0, 9.0], "b": [3.0, 5.0, 8.0, 10.0]}


def test_ratios_are_taken_within_a_round(common):
    ratio = common.paired({"a": [2.0, 30.0, 8.0], "b": [1.0, 10.0, 8.0]}, "a", "b", at_most=1.5)
    assert ratio.rounds == [2.0, 3.0, 1.0]
    assert (ratio.median, ratio.target) == (2.0, "<= 1.5: missed")
    assert common.Ratio([12.0], at_least=10.0).target == ">= 10: met"
    assert common.Ratio([12.0]).target == ""


def test_report_is_markdown_and_json(common, tmp_path, capsys):
    measured = {"plain": [1.0, 2.0, 3.0], "ours": [2.0, 2.0, 3.0]}
    ratios = {"ours": common.paired(measured, "ours", "plain")}
    common.report("Speed.", "seconds", measured, ratios, {"ours": 1.0}, tmp_path / "r.json")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("**Speed.** Median (quartiles) of 3 interleaved rounds.")
    assert lines[2:] == [
        "| contender | seconds | ratio | target |",
        "|---|---|---|---|",
        "| plain | 2 (1.5 to 2.5) | 1 |  |",
        "| ours | 2 (2 to 2.5) | 1 (1 to 1.5) |  |",
    ]
    assert json.loads((tmp_path / "r.json").read_text()) == {"ours": 1.0}
