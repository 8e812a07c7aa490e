"""The step on PyTorch equals the one on TensorFlow; needs PyTorch, which is no dependency."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.toys import toy_batches, toy_model

TASKS = {"segmentation": 2.0, "depth": 3.0}
MAKE = {
    "none": lambda: None,
    "fixed": lambda: ak.weighting.FixedWeights(TASKS),
    "schedule": lambda: ak.weighting.WeightSchedule({0: TASKS}),
    "first-loss": lambda: ak.weighting.FirstLossWeights(),
    "twb": lambda: ak.weighting.TaskWeightBalancing(normalize=True),
    "ftwb": lambda: ak.weighting.FocusedTaskWeightBalancing(normalize=True),
    "class-wise": lambda: ak.weighting.ClassWiseWeighting(depth_bins=[2.0, 5.0], start_epoch=0),
    "famo": lambda: ak.weighting.FAMO(),
    "mgda": lambda: ak.weighting.MGDA(),
    "representation": lambda: ak.weighting.MGDA(representation=True),
    "auto-lambda": lambda: ak.weighting.AutoLambda(0.1),
}


def trained(folder):
    """Every method for a few batches, one of which is NaN, from the weights in `folder`."""
    found = {}
    for name, make in MAKE.items():
        model = toy_model()
        model.load_weights(folder / "start.weights.h5")
        model.compile(keras.optimizers.SGD(0.001))
        images, targets = toy_batches(5)
        images = images.astype(np.float32)
        images[8:12] = np.nan
        weighting = make()
        given = [ak.callbacks.NonFinite("skip"), *([weighting] if weighting else [])]
        history = model.fit(
            images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=given
        ).history
        names = ["loss", "segmentation_loss", "depth_loss", "segmentation_mean_iou"]
        names += [key for key in history if "weight_" in key or key == "skipped_batches"]
        found[name] = {key: history[key][0] for key in sorted(names)}
        found[name]["sum"] = float(sum(np.abs(w).sum() for w in model.get_weights()))
    return found


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_every_kind_of_rule_is_the_same_as_on_tensorflow(tmp_path):
    toy_model().save_weights(tmp_path / "start.weights.h5")
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.test_torch_step", tmp_path],
        env={**os.environ, "KERAS_BACKEND": "torch"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    theirs = json.loads(done.stdout.splitlines()[-1])
    for name, ours in trained(tmp_path).items():
        assert ours["skipped_batches"] == 1
        assert theirs[name] == pytest.approx(ours, rel=1e-4), name


if __name__ == "__main__":
    print(json.dumps(trained(Path(sys.argv[1]))))
