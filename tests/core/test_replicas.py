"""Two replicas must give what one device gives, unequal masks included."""

import numpy as np
import pytest


@pytest.mark.slow
def test_two_replicas_equal_one_device(run_program):
    """One test for all weightings: several would share a program, which each worker would run."""
    outcomes = run_program("two_replicas")[0]
    for name, (one, two) in outcomes.items():
        for task, weight in one["weights"].items():
            # Class weights follow from differences of nearly equal losses, which amplify rounding.
            tolerance = 1e-4 if name.startswith("class") else 1e-5
            assert two["weights"][task] == pytest.approx(weight, rel=tolerance), (name, task)
        for a, b in zip(one["variables"], two["variables"], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5, err_msg=name)
        assert set(one["history"]) == set(two["history"])
        for key, value in one["history"].items():
            expected = pytest.approx(value, rel=1e-3, abs=1e-4, nan_ok=True)
            assert two["history"][key] == expected, (name, key)
    assert len(outcomes) == 7


@pytest.mark.slow
def test_refusals_and_bad_numbers(run_program):
    steps, accumulation, xla, bad = run_program("two_replicas", "refusals")
    assert "steps_per_execution=2" in steps
    assert "gradient_accumulation_steps=2" in accumulation
    assert "jit_compile=True" in xla
    # A batch that is bad on one replica is left out on both, and as if it had not been there.
    assert bad["skipped"].pop("skipped") == [1.0]
    assert bad["without"].pop("skipped") == [0.0]
    assert bad["skipped"] == bad["without"]
