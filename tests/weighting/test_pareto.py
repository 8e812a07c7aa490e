"""Pareto MTL: constraints, phases, and the contract of all weightings."""

import auxnet_keras as ak
from tests.weighting.contracts import WeightingContract


class TestParetoMTL(WeightingContract):
    def make(self):
        return ak.weighting.ParetoMTL()
