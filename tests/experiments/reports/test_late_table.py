"""Scores late in the training, compared with the baseline's."""

import types

import numpy as np

from auxnet_keras.experiments.reports.late_table import late_table
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.statistics.paired import paired

SCORE = MAIN_SCORES["segmentation"]


def run(arm, seed, late, count=12, labels=30):
    """Three quarters of its validations at 0.1, the last quarter around `late`."""
    values = [0.1] * (count - count // 4) + [late - 0.01, late, late + 0.01][: count // 4]
    progress = dict(enumerate(values, start=1))
    return types.SimpleNamespace(arm=arm, seed=seed, labels=labels, progress=progress)


def test_the_last_quarter_paired_by_seed():
    base, arm = [0.30, 0.32, 0.31], [0.33, 0.34, 0.35]
    runs = [run("single", seed, value) for seed, value in enumerate(base)]
    runs += [run("depth", seed, value) for seed, value in enumerate(arm)]
    table = late_table(runs, "single", SCORE)
    single, depth = ([str(cell) for cell in row.cells] for row in table.rows)
    assert single == ["30", "3", "31.00 ± 1.00", "-", "-"]
    expected = paired(dict(enumerate(arm)), dict(enumerate(base)))
    low, high = (100 * np.array(expected.interval)).tolist()
    assert depth == ["30", "3", "34.00 ± 1.00", "+3.00", f"{low:+.2f} to {high:+.2f}"]


def test_without_the_baseline_and_with_too_few_validations():
    runs = [run("depth", 0, 0.3)]
    (row,) = late_table(runs, "single", SCORE).rows
    assert [str(cell) for cell in row.cells] == ["30", "1", "30.00", "-", "-"]
    assert late_table([*runs, run("single", 0, 0.3, count=7)], "single", SCORE) is None
