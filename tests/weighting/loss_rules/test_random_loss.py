"""RLW: the generator, and that its numbers are as random as they should be."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.random_loss import trajectory
from tests.weighting.player import attached, state_of, step


def drawn(batches, count=2, **arguments):
    """(start, weights): the state before, and the weights [T, K]."""
    weighting = attached(ak.weighting.RandomLossWeighting(**arguments), count)
    start = state_of(weighting)[-1]
    return start, np.array([step(weighting, [1.0] * count) for _ in range(batches)])


@pytest.mark.parametrize("count", [2, 3])
def test_oracle(count):
    start, weights = drawn(200, count)
    np.testing.assert_allclose(weights, trajectory(start, 200), rtol=1e-3)


def test_logarithms_of_weights_are_normal_and_independent():
    start, _ = drawn(0)
    logs = np.log(trajectory(start, 20_000))
    ratio = (logs[:, 0] - logs[:, 1]) / np.sqrt(2)  # N(0, 1) for two independent N(0, 1)
    assert abs(ratio.mean()) < 0.03
    assert ratio.std() == pytest.approx(1.0, abs=0.03)
    assert np.mean(np.abs(ratio) > 1.96) == pytest.approx(0.05, abs=0.006)
    for lag in range(1, 20):
        assert abs(np.corrcoef(ratio[:-lag], ratio[lag:])[0, 1]) < 0.03


def test_the_seed_decides():
    first, again, other = (drawn(5, seed=seed)[1] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).min() > 1e-3


def test_the_weights_sum_to_one_and_do_not_depend_on_the_losses():
    weighting = attached(ak.weighting.RandomLossWeighting())
    found = np.array([step(weighting, row) for row in ([1.0, 2.0], [0.0, 1e6], [3.0, 4.0])])
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_array_equal(found, drawn(3)[1])


@pytest.mark.parametrize("wrong", [-1, 0.5, True, "1"])
def test_bad_seed(wrong):
    with pytest.raises(ak.errors.ConfigError, match="seed must be an integer, 0 or more"):
        ak.weighting.RandomLossWeighting(wrong)
