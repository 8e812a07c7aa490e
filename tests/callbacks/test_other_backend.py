"""Weights and checkpoints of one backend are read by another."""

import keras
import numpy as np
import pytest

from tests.programs import exchange

OTHERS = {"tensorflow": "jax", "jax": "tensorflow"}


def test_weights_and_checkpoints_go_both_ways(tmp_path, run_program):
    other = OTHERS[keras.backend.backend()]
    pytest.importorskip(other)
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    exchange.write(ours)
    environment = {"KERAS_BACKEND": other, "JAX_PLATFORMS": "cpu"}
    (their_differences,) = run_program("exchange", str(ours), str(theirs), **environment)
    for difference in (*their_differences, *exchange.read(theirs)):
        assert difference < 1e-4
    assert np.load(theirs / "shown.npz")["depth"].std() > 0.01
