"""A run from its first step to its report: killed, resumed, scored, shown, and what it refuses."""

import importlib.metadata
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from auxnet_keras.core.backend import BACKENDS
from auxnet_keras.experiments import load_run
from auxnet_keras.safety.npz import read_npz

EPOCHS = 2
BACKEND = keras.backend.backend()
STOPPED = """
import os, signal, sys
import keras, yaml
import auxnet_keras as ak

class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            os.kill(os.getpid(), signal.SIGTERM)

settings = yaml.safe_load(open(sys.argv[1]))
ak.experiments.train(settings | {"out": sys.argv[2]}, callbacks=[Stop()])
"""
WEIGHTING = ("--weighting", "class-wise:start_epoch=0,bins=4,task=ftwb")


def last_state(run):
    """The arrays of the newest checkpoint: all weights, moments, and the weighting's state."""
    newest = max((run / "checkpoints").glob("epoch-*"))
    return read_npz(newest / "state.npz")


@pytest.fixture(scope="module")
def whole(auxnet, tiny, tmp_path_factory):
    """A run that was never stopped."""
    run = tmp_path_factory.mktemp("runs") / "whole"
    out, err = auxnet("train", *tiny, *WEIGHTING, "--epochs", EPOCHS, "--out", run)
    assert "mean IoU" in out and err.startswith(f"starting {BACKENDS[BACKEND]} ...")
    return run


def test_tensorflow_is_not_there():
    assert importlib.util.find_spec("tensorflow") is None


def test_it_says_on_what_it_ran(whole):
    facts = json.loads((whole / "manifest.json").read_text())
    assert facts["backend"] == BACKEND and BACKEND in facts["versions"]
    assert "tensorflow" not in facts["versions"]
    assert facts["device"]["gpus"] == [] and facts["device"]["threads"] >= 1
    assert facts["events"][-1]["memory"]["main memory"] > 1e8
    log = (whole / "log.txt").read_text()
    assert f"thread(s), {BACKENDS[BACKEND]}" in log and "A SavedModel needs TensorFlow" in log


def test_its_folder_is_complete(whole):
    for name in (
        *("history.csv", "weights.csv", "per_image.csv", "results.md", "report.html"),
        *("MODEL_CARD.md", "figures/curves.png", "figures/class_weights.png"),
        *("figures/qualitative.png", "best.weights.h5", "export/model.keras"),
    ):
        assert (whole / name).is_file(), name
    assert list((whole / "tensorboard").glob("**/events.out.tfevents.*"))


def test_stopped_killed_and_resumed_it_ends_in_the_same_bits(whole, start, auxnet, tiny, tmp_path):
    words = ("train", *tiny, *WEIGHTING, "--epochs", EPOCHS, "--out", tmp_path / "run")
    stopped = subprocess.run(
        [sys.executable, "-c", STOPPED, whole / "config.yaml", tmp_path / "run"],
        env={**os.environ, "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"},
        capture_output=True,
        text=True,
    )
    assert stopped.returncode == 128 + signal.SIGTERM, stopped.stderr
    assert load_run(tmp_path / "run").position_saved == (0, 2)
    process = start(*words)
    checkpoint = tmp_path / "run" / "checkpoints" / "epoch-00001"
    while not checkpoint.is_dir() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    saved = load_run(tmp_path / "run").epochs_saved
    assert process.returncode == -signal.SIGKILL and 1 <= saved < EPOCHS
    _, err = auxnet(*words)
    assert f"newest checkpoint: after epoch {saved}" in err
    resumed, expected = load_run(tmp_path / "run"), load_run(whole)
    assert [event["event"] for event in resumed.manifest.content["events"]] == [
        *("start", "interrupt", "resume", "resume", "end")
    ]
    state, same = last_state(whole), last_state(tmp_path / "run")
    assert state.keys() == same.keys() and len(state) > 20
    for name, values in state.items():
        np.testing.assert_array_equal(same[name], values, err_msg=name)
    for column in set(expected.history) - {"seconds", "images_per_second"}:
        np.testing.assert_array_equal(resumed.history[column], expected.history[column])
    assert resumed.results == expected.results
    _, err = auxnet(*words[:-4], "--epochs", 9, "--seed", 3, "--out", tmp_path / "run", code=1)
    assert "seed: 0 in the folder, 3 requested" in err


def test_it_is_scored_and_shown(whole, auxnet, tmp_path):
    scores = tmp_path / "scores.json"
    auxnet("evaluate", whole, "--json", scores)
    assert json.loads(scores.read_text())["segmentation"] == load_run(whole).results["segmentation"]
    data = load_run(whole).config
    image = next(iter(data.source().frames("val"))).image
    out, _ = auxnet("predict", whole, image, "--out", tmp_path / "seen")
    assert "1 image(s) predicted" in out
    assert (tmp_path / "seen" / f"{image.stem}_classes.png").is_file()
    auxnet("report", whole, "--out", tmp_path / "report")
    assert (tmp_path / "report" / "report.html").is_file()
    out, _ = auxnet("info", whole)
    assert f"{BACKEND} {importlib.metadata.version(BACKEND)}" in out and "2 of 2" in out


def test_what_needs_tensorflow_says_so_in_one_sentence(whole, auxnet):
    _, err = auxnet("export", whole, "--to", "keras,saved_model", code=1)
    assert err.count("\n") == 1 and "pip install 'auxnet_keras[tensorflow]'" in err
