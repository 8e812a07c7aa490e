"""Rules of gradients against NumPy, against a published library, and closed forms against loops."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.oracles import gradient_rules as oracles
from tests.oracles.min_norm import exact
from tests.weighting.gradient_rules.solved import (
    ALPHA,
    ANY,
    TARGET,
    TWO,
    C,
    deviation,
    reversed_orders,
    some_gradients,
    weights,
)

RECORDED = json.loads((Path(__file__).parents[2] / "recorded" / "gradient_rules.json").read_text())


def gradvac(gradients):
    count = len(gradients)
    targets = np.full((count, count), TARGET)
    return oracles.gradvac(gradients, targets, reversed_orders(count), 0.5)[0]


DIRECTIONS = {
    "mgda": lambda gradients: exact(gradients @ gradients.T) @ gradients,
    "pcgrad": lambda gradients: oracles.pcgrad(gradients, reversed_orders(len(gradients))),
    "gradvac": gradvac,
    "upgrad": oracles.upgrad,
    "cagrad": lambda gradients: oracles.cagrad(gradients, C),
    "imtl-g": lambda gradients: oracles.imtl_g(gradients) @ gradients,
    "config": oracles.config,
    "nash": lambda gradients: oracles.fair(gradients, 1.0) @ gradients,
    "fairgrad": lambda gradients: oracles.fair(gradients, ALPHA) @ gradients,
    "aligned": oracles.aligned,
}
SCALES = {"aligned": lambda count: count, "nash": np.sqrt}
"""TorchJD's Aligned-MTL is the mean; its Nash-MTL is cut to length 1, where ours has sqrt(K)."""


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("name", ANY)
def test_the_direction_is_the_papers(name, count):
    for seed in range(6):
        gradients = some_gradients(count, seed)
        found = weights(ANY[name], gradients @ gradients.T)
        if name == "imtl-g" and not np.isfinite(found).all():
            equal = gradients @ oracles.imtl_g(gradients) @ gradients
            assert equal.max() < 0  # the paper's direction raises all losses
            continue
        assert deviation(found @ gradients, DIRECTIONS[name](gradients)) < 2e-5


@pytest.mark.parametrize("name", sorted(set(ANY) - {"mgda"}))
def test_the_direction_is_torchjds(name):
    for case in RECORDED["cases"]:
        gradients = np.array(case["gradients"])
        scale = SCALES.get(name, lambda count: 1.0)(len(gradients))
        expected = scale * np.array(case["directions"][name])
        found = weights(ANY[name], gradients @ gradients.T)
        assert deviation(found @ gradients, expected) < (1e-4 if name == "cagrad" else 2e-5)


@pytest.mark.parametrize("name", TWO)
def test_the_closed_form_is_the_general_path(name):
    for seed in range(12):
        gradients = some_gradients(2, seed, spread=3.0)
        gram = gradients @ gradients.T
        lengths = np.sqrt(np.diag(gram))
        closed, general = weights(TWO[name], gram), weights(ANY[name], gram)
        assert deviation(closed * lengths, general * lengths) < 2e-5


@pytest.mark.parametrize("name", ANY)
def test_xla_compiles_it_for_three_tasks(name):
    gradients = some_gradients(3, 1)
    gram, rule = gradients @ gradients.T, ANY[name]
    np.testing.assert_allclose(weights(rule, gram, True), weights(rule, gram), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ANY)
def test_three_gradients_without_an_answer_raise_no_error(name):
    for gram in (
        np.full((3, 3), np.nan),
        np.full((3, 3), np.inf),
        np.full((3, 3), 4.0),
        np.zeros((3, 3)),
        np.outer([1, -1, 1], [1, -1, 1]),
        1.5 * np.eye(3) - 0.5,
    ):
        assert weights(ANY[name], gram).shape == (3,)
