"""On JAX, where TensorFlow is missing, every weighting trains as on TensorFlow."""

import json

import numpy as np
import pytest

from auxnet_keras.weighting.catalogue import WEIGHTINGS
from tests import jax_only
from tests.programs import every_weighting, jax_steps

TWO_DEVICES = """
import os
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
"""
RUN = """
from tests.programs import every_weighting, jax_steps
jax_steps.main()
every_weighting.main()
"""


@pytest.fixture(scope="module")
def on_jax():
    """What the two programs print: a dict, and name and outcome of every weighting."""
    pytest.importorskip("jax")
    lines = jax_only.run(TWO_DEVICES + RUN).splitlines()
    steps, *outcomes = (json.loads(line) for line in lines if line.startswith(("[", "{")))
    return steps, dict(outcomes)


def differences(found, expected, tolerance):
    """What differs by more than rounding: of variables, in units of the largest entry."""
    for a, b in zip(found["variables"], expected["variables"], strict=True):
        a, b = np.array(a), np.array(b)
        if not np.allclose(a, b, rtol=tolerance, atol=tolerance * np.abs(b).max(initial=0.0)):
            yield a, b
    if set(found["history"]) != set(expected["history"]):
        yield set(found["history"]), set(expected["history"])
    for name, values in expected["history"].items():
        if found["history"].get(name) != pytest.approx(values, rel=tolerance, abs=1e-6):
            yield name, found["history"].get(name), values


@pytest.mark.slow
def test_every_weighting_trains_as_on_tensorflow(on_jax):
    _, found = on_jax
    expected = dict(every_weighting.outcomes())
    assert set(found) == set(expected) >= set(WEIGHTINGS) - set(every_weighting.ELSEWHERE)
    # Its rule begins with the third epoch.
    assert expected["dwa"]["history"]["weight_depth"][-1] != 1.0
    for name, outcome in expected.items():
        # Class weights follow from differences of nearly equal losses, which amplify rounding.
        tolerance = 1e-5 if name == "shared" else 1e-4
        assert not list(differences(found[name], outcome, tolerance)), name


@pytest.fixture(scope="module")
def steps(on_jax):
    return on_jax[0]


@pytest.mark.slow
class TestTheStep:
    def test_normalisation_and_dropout_see_a_batch_once(self, steps):
        plain, shared, representation = steps["others"]
        assert len(plain) == 3  # two statistics and the dropout's seed
        for other in (shared, representation):
            for a, b in zip(plain, other, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-5)

    def test_one_pass_forward_and_no_backward_pass_too_many(self, steps):
        # Three convolutions forward; back, two for each head and one for the shared one's kernel,
        # which MGDA needs for each task.
        plain, shared, representation = steps["convolutions"]
        assert (shared, representation) == (plain + 1, plain)

    def test_a_loss_scale_cancels_and_comes_down(self, steps):
        plain, scaled = steps["scaled"]
        for a, b in zip(plain, scaled, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
        assert all(np.isfinite(each).all() for each in steps["overflow"])

    def test_a_bad_batch_changes_nothing_and_its_gradient_is_named(self, steps):
        for sentence, same in steps["bad"]:
            assert same
            assert "the losses are finite, but the gradient of " in sentence

    def test_diagnostics_measure_the_same_and_change_nothing(self, steps):
        found, expected = steps["measured"], jax_steps.measured()
        assert found["same"]
        assert found == pytest.approx(expected, rel=1e-4)
        assert len(found) == 6
