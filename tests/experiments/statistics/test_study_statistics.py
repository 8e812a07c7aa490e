"""Correction, power, labels and verdicts: hand arithmetic, SciPy and simulation."""

import numpy as np
import pytest
from scipy import stats

from auxnet_keras.experiments.statistics.holm import holm
from auxnet_keras.experiments.statistics.label_curve import labels_worth
from auxnet_keras.experiments.statistics.power import power, seeds_needed, smallest_difference
from auxnet_keras.experiments.statistics.verdict import verdict


class TestHolm:
    def test_by_hand(self):
        # 3 x 0.01, 2 x 0.03, max(0.06, 0.04)
        assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
        assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
        assert holm([]) == []

    def test_what_was_not_tested_does_not_count(self):
        got = holm([0.01, float("nan"), 0.02])
        assert got[0] == pytest.approx(0.02) and got[2] == pytest.approx(0.02) and np.isnan(got[1])

    def test_one_false_finding_in_twenty_families(self):
        rng = np.random.default_rng(0)
        families = [min(holm(rng.uniform(size=12).tolist())) < 0.05 for _ in range(1500)]
        assert np.mean(families) < 0.065


class TestPower:
    def test_cohens_table(self):
        # d = 0.5, n = 34 pairs, two-sided 0.05: 0.807 (G*Power); for 0.80 exactly n = 34.
        assert power(0.5, 1.0, 34) == pytest.approx(0.8078, abs=2e-3)
        assert seeds_needed(0.5, 1.0) == 34
        assert seeds_needed(1.0, 1.0) == 10

    def test_simulated(self):
        rng = np.random.default_rng(1)
        difference = smallest_difference(0.008, 6)
        trials = rng.normal(difference, 0.008, (2000, 6))
        found = stats.ttest_1samp(trials, 0, axis=1).pvalue < 0.05
        assert found.mean() == pytest.approx(0.8, abs=0.03)

    @pytest.mark.parametrize("n", [2, 3, 10, 50])
    def test_is_80_per_cent_at_the_smallest_difference(self, n):
        for alpha in (0.05, 0.05 / 12):
            assert power(smallest_difference(0.02, n, alpha), 0.02, n, alpha) == pytest.approx(0.8)

    def test_one_seed_shows_nothing_and_more_show_more(self):
        shown = [smallest_difference(0.01, n) for n in range(1, 12)]
        assert shown[0] == float("inf") and (np.diff(shown[1:]) < 0).all()
        assert seeds_needed(1e-6, 1.0) is None


class TestLabels:
    CURVE = {10: 0.2, 40: 0.3, 160: 0.35}

    def test_by_hand(self):
        # Half way between 10 and 40 on a logarithm is 20.
        assert labels_worth(self.CURVE, 0.25).labels == pytest.approx(20)
        assert labels_worth(self.CURVE, 0.3).labels == pytest.approx(40)
        assert labels_worth(self.CURVE, 0.2).labels == pytest.approx(10)

    def test_beyond_the_curve(self):
        assert str(labels_worth(self.CURVE, 0.4)) == "more than 160"
        assert str(labels_worth(self.CURVE, 0.1)) == "at most 10"

    def test_a_curve_that_falls_by_chance(self):
        assert labels_worth({10: 0.3, 20: 0.2, 40: 0.4}, 0.35).labels == pytest.approx(800**0.5)
        assert labels_worth({10: 0.3, 20: 0.2}, 0.3).labels == 10

    def test_a_single_budget(self):
        assert str(labels_worth({30: 0.3}, 0.31)) == "more than 30"


@pytest.mark.parametrize(
    ("n", "difference", "p", "larger", "expected"),
    [
        (5, 0.02, 0.01, True, "helps"),
        (5, -0.02, 0.01, True, "worse"),
        (5, -0.02, 0.01, False, "helps"),
        (5, 0.02, 0.01, False, "worse"),
        (5, 0.02, 0.05, True, "no evidence"),
        (1, 0.2, float("nan"), True, "one seed: no interval, no more than a hint"),
        (0, float("nan"), float("nan"), True, "no seed in common"),
    ],
)
def test_verdicts(n, difference, p, larger, expected):
    assert verdict(n, difference, p, larger_is_better=larger) == expected
