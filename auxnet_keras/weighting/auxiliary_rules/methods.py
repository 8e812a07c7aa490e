"""The main + auxiliary rules by name."""

from auxnet_keras.weighting.method import Method

_HERE = "auxnet_keras.weighting.auxiliary_rules"

METHODS: dict[str, Method] = {}
