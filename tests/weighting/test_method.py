"""What the catalogue says about a method: its family and its passes."""

import dataclasses
import importlib
import sys

import pytest

from auxnet_keras.weighting.catalogue import FAMILIES, WEIGHTINGS
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.method import Method
from tests.docs.snippets import ROOT


def test_every_method_is_in_one_family():
    names = [name for methods in FAMILIES.values() for name in methods]
    assert len(names) == len(set(names)) and set(names) <= set(WEIGHTINGS)


class AtTheLastLayer(GradientWeighting):
    """Compares gradients where it costs one pass."""

    def __init__(self, parameters="last"):
        super().__init__(parameters=parameters)

    def rule(self, gram, losses):
        return losses


def test_passes_follow_from_the_class_or_are_given():
    assert WEIGHTINGS["twb"].cost == "1 forward, 1 backward"
    assert WEIGHTINGS["mgda"].cost == "1 forward, K backward"
    assert Method(AtTheLastLayer, "", "").cost == "1 forward, 1 backward"
    look_ahead = dataclasses.replace(WEIGHTINGS["mgda"], forwards=2, backwards=(1, 1))
    assert look_ahead.cost == "2 forward, K + 1 backward"
    assert dataclasses.replace(look_ahead, backwards=(0, 2)).cost == "2 forward, 2 K backward"


def test_the_theory_of_the_benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.delitem(sys.modules, "passes", raising=False)
    theory = importlib.import_module("passes").Theory(step=10.0, forward=3.0, backward=4.0)
    assert theory.ratio(1, (1, 0)) == 1.0
    assert theory.ratio(1, (0, 1)) == pytest.approx(1.4)
    assert theory.ratio(1, (0, 1), tasks=3) == pytest.approx(1.8)
    assert theory.ratio(2, (1, 1)) == pytest.approx(1 + (3 + 8) / 10)
