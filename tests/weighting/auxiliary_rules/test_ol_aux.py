"""OL-AUX: its weights over several batches against NumPy."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.auxiliary_rules import olaux
from tests.weighting.auxiliary_rules.gradient_sets import gram_of
from tests.weighting.player import attached, random_losses, step


def played(rule, history, losses):
    rule = attached(rule, len(losses[0]))
    return np.array([step(rule, *row) for row in zip(losses, map(gram_of, history), strict=True)])


def test_by_hand():
    # Cosines 1 and -0.5: after two batches, 1 + 0.2 * 0.5.
    history = np.array([[[1, 0], [3, 0]], [[2, 0], [-1, np.sqrt(3)]]])
    found = played(ak.weighting.OLAux(0.2, batches=2), history, [[1, 1], [1, 1]])
    np.testing.assert_allclose(found, [[1, 1], [1, 1.1]], rtol=1e-6)


@pytest.mark.parametrize("measure", ["cosine", "log"])
@pytest.mark.parametrize("count", [2, 3])
def test_equal_to_the_oracle(measure, count):
    history = np.random.default_rng(0).normal(size=(13, count, 5))
    losses = random_losses(13, count)
    found = played(ak.weighting.OLAux(0.3, 4, measure), history, losses)
    np.testing.assert_allclose(found[:, 0], 1)
    expected = olaux(history, losses, 0.3, 4, measure)
    np.testing.assert_allclose(found[:, 1:], expected, rtol=1e-4, atol=1e-5)


def test_a_task_that_opposes_ends_at_zero():
    history = np.tile([[[1.0, 0.0], [-1.0, 0.1]]], (12, 1, 1))
    found = played(ak.weighting.OLAux(0.1, batches=1), history, np.ones((12, 2)))
    expected = 1 - 0.1 * np.arange(1, 4) / np.hypot(1, 0.1)
    np.testing.assert_allclose(found[:3, 1], expected, rtol=1e-5)
    assert found[-1, 1] == 0


@pytest.mark.parametrize("measure", ["cosine", "log"])
def test_units_of_a_loss_make_no_difference(measure):
    history = np.random.default_rng(0).normal(size=(6, 2, 5))
    losses, units = random_losses(6, 2), np.array([1.0, 1e4])
    rows = [
        played(ak.weighting.OLAux(0.3, 2, measure), history * scale[:, None], losses * scale)
        for scale in (units, np.ones(2))
    ]
    np.testing.assert_allclose(*rows, rtol=1e-5)


def test_the_learned_weight_holds_where_another_task_is_absent():
    rule = attached(ak.weighting.OLAux(0.5, batches=1), 3)
    before = step(rule, [1, 1, 1], [[1, 0.5, -0.5], [0.5, 1, 0], [-0.5, 0, 1]])
    np.testing.assert_allclose(before, [1, 1.25, 0.75])
    gram = [[1, 0, 0.1], [0, 0, 0], [0.1, 0, 1]]
    np.testing.assert_allclose(step(rule, [1, None, 1], gram), [1, 0, 0.75])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step_size": 0.0}, "step_size must be a finite number above 0"),
        ({"batches": 0}, "batches"),
        ({"measure": "dot"}, "measure"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.OLAux(**arguments)
