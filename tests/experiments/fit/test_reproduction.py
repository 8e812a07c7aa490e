"""`auxnet train --config` of a run's own config.yaml makes the same run, to the bit."""

import numpy as np
from typer.testing import CliRunner

from auxnet_keras.cli import app
from auxnet_keras.experiments import load_run


def test_a_config_makes_the_same_run_again(trained, tmp_path):
    config, out = str(trained.path / "config.yaml"), tmp_path / "again"
    done = CliRunner().invoke(app, ["train", "--config", config, "--out", str(out)])
    assert done.exit_code == 0, done.output
    again = load_run(out)
    assert (out / "config.yaml").read_bytes() == (trained.path / "config.yaml").read_bytes()
    for column, values in trained.history.items():
        if column not in ("seconds", "images_per_second"):
            np.testing.assert_array_equal(again.history[column], values, err_msg=column)
    state = "checkpoints/epoch-00002/state.npz"
    assert (out / state).read_bytes() == (trained.path / state).read_bytes()
    for file in ("results.csv", "figures/predictions.png"):
        assert (out / file).read_bytes() == (trained.path / file).read_bytes(), file
