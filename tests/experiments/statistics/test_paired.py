"""Paired differences against SciPy, hand arithmetic and simulated studies."""

import numpy as np
import pytest
from scipy import stats

from auxnet_keras.experiments.statistics.paired import paired
from auxnet_keras.experiments.statistics.resampling import bootstrap_interval, sign_flip_p


def test_by_hand():
    # Differences 2, 3, 4 points: mean 3, sd 1, t = 3 sqrt(3) = 5.196, t_{0.975, 2} = 4.303.
    got = paired({0: 0.30, 1: 0.30, 2: 0.35}, {0: 0.28, 1: 0.27, 2: 0.31})
    assert got.n == 3 and got.seeds == (0, 1, 2)
    assert got.difference == pytest.approx(0.03)
    assert got.deviation == pytest.approx(0.01)
    assert got.interval == pytest.approx(
        (0.03 - 0.04303 / 3**0.5, 0.03 + 0.04303 / 3**0.5), abs=1e-5
    )
    assert got.p == pytest.approx(0.0351, abs=1e-4)
    assert got.p_sign_flip == 2 / 8


@pytest.mark.parametrize("n", [2, 5, 17])
def test_as_scipy(n):
    rng = np.random.default_rng(n)
    arm, base = rng.normal(0.3, 0.02, n), rng.normal(0.29, 0.02, n)
    got = paired(dict(enumerate(arm)), dict(enumerate(base)))
    expected = stats.ttest_rel(arm, base)
    assert got.p == pytest.approx(expected.pvalue)
    assert got.interval == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_only_pairs_count():
    got = paired({0: 0.5, 1: None, 2: 0.4, 5: 0.9}, {0: 0.4, 1: 0.1, 2: float("nan"), 3: 0.2})
    assert got.seeds == (0,) and got.difference == pytest.approx(0.1)
    assert np.isnan([got.deviation, *got.interval, *got.bootstrap_interval, got.p]).all()
    nothing = paired({0: 0.5}, {1: 0.4})
    assert nothing.n == 0 and np.isnan(nothing.difference)


def test_scores_without_spread():
    same = paired({0: 0.5, 1: 0.4}, {0: 0.5, 1: 0.4})
    assert (same.difference, same.p, same.interval) == (0.0, 1.0, (0.0, 0.0))
    assert same.p_sign_flip == 1.0
    other = paired({0: 0.75, 1: 0.5}, {0: 0.5, 1: 0.25})
    assert other.p == 0.0 and other.p_sign_flip == 0.5


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(800):
        seed_effect = rng.normal(0, 0.05, 6)  # shared by a pair, so gone from its difference
        base = 0.3 + seed_effect + rng.normal(0, 0.005, 6)
        arm = 0.31 + seed_effect + rng.normal(0, 0.005, 6)
        low, high = paired(dict(enumerate(arm)), dict(enumerate(base))).interval
        covered.append(low <= 0.01 <= high)
    assert 0.93 < np.mean(covered) < 0.97


def test_no_effect_is_found_no_more_often_than_alpha():
    rng = np.random.default_rng(1)
    trials = rng.normal(0, 1, (800, 7))
    found = [sign_flip_p(values) < 0.05 for values in trials]
    assert np.mean(found) < 0.07


class TestBootstrap:
    @pytest.mark.parametrize("skewed", [False, True])
    def test_as_scipy(self, skewed):
        rng = np.random.default_rng(3)
        values = rng.exponential(1, 25) if skewed else rng.normal(1, 2, 25)
        expected = stats.bootstrap((values,), np.mean, method="BCa", rng=np.random.default_rng(9))
        got = bootstrap_interval(values)
        width = got[1] - got[0]
        assert got == pytest.approx(tuple(expected.confidence_interval), abs=0.05 * width)

    def test_the_same_values_give_the_same_interval(self):
        values = np.array([0.1, 0.4, 0.2])
        assert bootstrap_interval(values) == bootstrap_interval(values)
        assert bootstrap_interval(np.full(3, 0.25)) == (0.25, 0.25)

    def test_covers_the_truth_of_twenty_seeds(self):
        rng = np.random.default_rng(4)
        covered = 0
        for _ in range(150):
            low, high = bootstrap_interval(rng.normal(1, 1, 20))
            covered += low <= 1 <= high
        assert 0.87 < covered / 150 < 0.99


class TestSignFlip:
    def test_by_hand(self):
        # Sums of (-+1 -+2 -+3): 6, 4, 2, 0 and their negatives, 0 twice; observed 1 + 2 - 3 = 0.
        assert sign_flip_p(np.array([1.0, 2.0, 3.0])) == 2 / 8
        assert sign_flip_p(np.array([-1.0, 2.0, 3.0])) == 4 / 8
        assert sign_flip_p(np.array([1.0, 2.0, -3.0])) == 1.0
        assert sign_flip_p(np.array([5.0])) == 1.0

    def test_as_scipy(self):
        values = np.random.default_rng(5).normal(0.5, 1, 9)
        expected = stats.permutation_test(
            (values, np.zeros(9)), lambda a, b: np.mean(a - b), permutation_type="samples"
        )
        assert sign_flip_p(values) == pytest.approx(expected.pvalue)

    def test_a_sample_of_the_signs_is_near_them_all(self):
        values = np.random.default_rng(6).normal(0.4, 1, 18)
        assert sign_flip_p(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.02)
