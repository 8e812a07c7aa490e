"""A real study of two arms, killed in its middle, and its worker."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from auxnet_keras.experiments.run.run import load_run
from auxnet_keras.experiments.studies.plan import planned
from auxnet_keras.experiments.studies.study_file import read_study
from auxnet_keras.experiments.studies.work import Worker, WorkerDiedError

pytestmark = pytest.mark.slow

STUDY = {
    "seeds": 1,
    "base": {
        "backbone": "small",
        "weights": "none",
        "size": [32, 64],
        "batch_size": 4,
        "epochs": 1,
        "learning_rate_drops": {1: 0.001},
    },
    "arms": {"single": {"model": "segnet"}, "joint": {"weighting": "fixed:1,1"}},
}


def command(file, out):
    return subprocess.Popen(
        [sys.executable, "-m", "auxnet_keras", "study", str(file), "--out", str(out)],
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(out):
    """results.json of the runs that need nothing more: it is written before figures and exports."""
    folders = [file.parent for file in out.glob("runs/*/*/*/*/config.yaml")]
    return sorted(folder / "results.json" for folder in folders if load_run(folder).finished)


def test_goes_on_after_a_kill_and_trains_nothing_twice(scenes, tmp_path):
    file, out = tmp_path / "mine.yaml", tmp_path / "out"
    file.write_text(yaml.safe_dump({**STUDY, "data": [f"street:{scenes}"]}))
    first = command(file, out)
    deadline = time.monotonic() + 1500
    while not finished(out) and time.monotonic() < deadline:
        assert first.poll() is None, first.stdout.read()
        time.sleep(0.5)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    done = {path: path.stat().st_mtime_ns for path in finished(out)}
    assert len(done) == 1

    again = command(file, out)
    said = again.communicate(timeout=1500)[0]
    assert again.returncode == 0, said
    assert "Run 2/2" in said and "street, compared with single" in said
    assert len(finished(out)) == 2
    assert all(path.stat().st_mtime_ns == when for path, when in done.items())
    results = json.loads((out / "results.json").read_text())
    assert set(results["scores"]["street"]) == {"single", "joint"}
    assert results["comparisons"][0]["n"] == 1 and results["problems"] == []
    assert (out / "figures" / "strip.png").is_file()


def test_a_worker_answers_with_a_sentence_and_dies_with_one(scenes, tmp_path):
    run = planned(read_study({**STUDY, "data": [f"street:{scenes}"]}), tmp_path)[0]
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "note.txt").write_text("no scenes")
    lost = dataclasses.replace(run.config, root=str(tmp_path / "nothing"))
    worker = Worker(tmp_path)
    try:
        measured = worker.request("measure", run, lambda: None)["done"]
        assert measured["start"] > measured["step"] > 0 and not run.folder.exists()
        answer = worker.request("train", dataclasses.replace(run, config=lost), lambda: None)
        assert "nothing" in answer["error"] and "Received" in answer["error"]
        worker._process.send_signal(signal.SIGKILL)
        worker._process.wait()
        with pytest.raises(WorkerDiedError, match="signal 9"):
            worker.request("train", run, lambda: None)
    finally:
        worker.stop()
