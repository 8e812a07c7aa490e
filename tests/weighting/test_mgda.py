"""MGDA in training: the contract of all weightings, and the step it takes."""

import auxnet_keras as ak
from tests.weighting.contracts import WeightingContract


class TestMGDA(WeightingContract):
    def make(self):
        return ak.weighting.MGDA()


class TestMGDAOnTheRepresentation(WeightingContract):
    def arguments(self):
        return {"representation": True}

    def make(self):
        return ak.weighting.MGDA(representation=True)
