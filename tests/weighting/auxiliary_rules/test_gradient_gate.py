"""The gate: its modes against NumPy, its average, what it promises, and a step with it."""

import numpy as np
import pytest
from hypothesis import given, settings

import auxnet_keras as ak
from auxnet_keras.weighting.auxiliary_rules.gradient_gate import MODES
from tests.oracles.auxiliary_rules import gated
from tests.weighting.auxiliary_rules.gradient_sets import gain, gradient_sets, gram_of
from tests.weighting.auxiliary_rules.opposed_tasks import main_loss_falls, sum_raises_main_loss
from tests.weighting.contracts import VariantContract
from tests.weighting.player import attached, state_of, step


class TestGradientGate(VariantContract):
    def make(self):
        return ak.weighting.GradientGate("project", average=0.5)


@pytest.mark.parametrize(
    ("mode", "agreeing", "opposing"),
    [
        ("unweighted", [1.0, 1.0], [1.0, 0.0]),
        ("weighted", [1.0, 0.6], [1.0, 0.0]),
        ("project", [1.0, 1.0], [1.0 + 1.2, 1.0]),  # g_a . g_m = -1.2 and g_m . g_m = 1
    ],
)
def test_by_hand(mode, agreeing, opposing):
    gate = attached(ak.weighting.GradientGate(mode))
    np.testing.assert_allclose(step(gate, [1, 1], [[1, 1.2], [1.2, 4]]), agreeing, rtol=1e-6)
    np.testing.assert_allclose(step(gate, [1, 1], [[1, -1.2], [-1.2, 4]]), opposing, rtol=1e-6)


def test_orthogonal_gradients_close_the_gate_and_need_no_projection():
    weights = {
        mode: step(attached(ak.weighting.GradientGate(mode)), [1, 1], np.eye(2)) for mode in MODES
    }
    assert weights["unweighted"].tolist() == weights["weighted"].tolist() == [1, 0]
    assert weights["project"].tolist() == [1, 1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("count", [2, 3])
def test_equal_to_the_oracle(mode, count):
    generator = np.random.default_rng(1)
    gate = attached(ak.weighting.GradientGate(mode), count)
    for _ in range(20):
        gradients = generator.normal(size=(count, 6))
        weights = step(gate, [1.0] * count, gram_of(gradients))
        np.testing.assert_allclose(
            weights @ gradients, gated(gradients, mode), rtol=1e-5, atol=1e-5
        )


def test_the_cosine_is_averaged():
    gate = attached(ak.weighting.GradientGate("weighted", average=0.75))
    averaged = 0.8
    for cosine, expected in ((0.8, 0.8), (-0.4, 0.5), (-1.0, 0.125)):
        averaged = 0.75 * averaged + 0.25 * cosine
        weights = step(gate, [1, 1], [[4, 2 * cosine], [2 * cosine, 1]])
        assert weights[1] == pytest.approx(expected, rel=1e-5)
        assert averaged == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(gradients=gradient_sets())
def test_main_loss_falls_at_least_as_fast_as_alone(gradients):
    gram = gram_of(gradients)
    for mode in MODES:
        gate = attached(ak.weighting.GradientGate(mode), len(gradients))
        found, precision = gain(step(gate, [1.0] * len(gradients), gram), gram)
        assert found >= gram[0, 0] - precision


def test_a_step_lowers_the_main_loss_where_the_sum_raises_it():
    assert sum_raises_main_loss()
    assert main_loss_falls(ak.weighting.GradientGate("project"))


def test_bad_arguments():
    with pytest.raises(ak.errors.ConfigError, match=r"mode.*'weighted'"):
        ak.weighting.GradientGate("weigthed")
    with pytest.raises(ak.errors.ConfigError, match=r"average must be.*Received: 1.0"):
        ak.weighting.GradientGate(average=1.0)


def test_without_an_average_the_state_is_the_last_cosine():
    gate = attached(ak.weighting.GradientGate())
    step(gate, [1, 1], [[1, -1.2], [-1.2, 4]])
    step(gate, [1, 1], [[1, 1.2], [1.2, 4]])
    assert any(np.allclose(value, [0.6]) for value in state_of(gate))
