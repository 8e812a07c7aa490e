"""Runs are named by what tells their folders apart."""

import pytest

from auxnet_keras.experiments.run.names import distinct_names, letter
from auxnet_keras.experiments.run.run import Run


@pytest.mark.parametrize(
    ("places", "names"),
    [
        (["a/x", "a/y"], ["x", "y"]),
        (["a/x", "b/x", "b/y"], ["a/x", "b/x", "b/y"]),
        (["a/x", "a/x", "a/y"], ["x (A)", "x (B)", "y"]),
        (["a/x"], ["x"]),
        ([], []),
    ],
)
def test_names(places, names, tmp_path):
    assert distinct_names([Run(tmp_path / place, None) for place in places]) == names


def test_twice_the_same_next_to_one_of_its_name(tmp_path):
    names = distinct_names([Run(tmp_path / place, None) for place in ("a/x", "a/x", "b/x")])
    assert len(set(names)) == 3


def test_letters():
    assert [letter(number) for number in (0, 25, 26, 52)] == ["A", "Z", "A1", "A2"]
