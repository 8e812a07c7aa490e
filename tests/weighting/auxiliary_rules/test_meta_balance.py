"""MetaBalance: norms and weights by variable against NumPy, and what it promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import auxnet_keras as ak
from auxnet_keras.weighting.auxiliary_rules.meta_balance import STRATEGIES
from tests.oracles.auxiliary_rules import metabalanced
from tests.weighting.auxiliary_rules.gradient_sets import gain, gradient_sets, gram_of
from tests.weighting.player import attached, step


class Variables:
    """Stands for a model with three trainable variables."""

    trainable_variables = (None, None, None)


def on_three_variables(count, **arguments):
    rule = ak.weighting.MetaBalance(**arguments)
    rule._model = Variables()
    return attached(rule, count)


def test_by_hand():
    # Lengths 1 and 4: 0.7 / 4 + 0.3.
    gram = [[1, 0], [0, 16]]
    for strategy, expected in (("both", 0.475), ("shorten", 0.475), ("lengthen", 1.0)):
        rule = attached(ak.weighting.MetaBalance(strategy=strategy))
        np.testing.assert_allclose(step(rule, [1, 1], gram), [1, expected], rtol=1e-6)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("count", [2, 3])
def test_equal_to_the_oracle(strategy, count):
    generator = np.random.default_rng(0)
    scales = generator.uniform(0.1, 10, (1, count, 3, 1))
    history = generator.normal(size=(7, count, 3, 4)) * scales
    rule = on_three_variables(count, relax=0.6, strategy=strategy, average=0.8)
    expected = metabalanced(history, 0.6, 0.8, strategy)
    for gradients, total in zip(history, expected, strict=True):
        weights = step(rule, [1.0] * count, gram_of(gradients))
        assert weights.shape == (3, count)
        found = np.einsum("vk,kvd->vd", weights, gradients)
        np.testing.assert_allclose(found, total, rtol=1e-5, atol=1e-5)


def test_logged_weights_are_means_with_squared_norms():
    rule = on_three_variables(2, relax=1.0, average=0.0)
    gram = np.array([np.diag([1.0, squared]) for squared in (1.0, 4.0, 0.0)])
    weights = step(rule, [1, 1], gram)
    np.testing.assert_allclose(weights, [[1, 1], [1, 0.5], [1, 1]])
    expected = (1 * 1.0 + 4 * 0.5) / 5
    assert rule.weights == pytest.approx({"segmentation": 1.0, "depth": expected})


def test_a_variable_that_a_task_never_touched_does_not_matter():
    rule = on_three_variables(2)
    gram = np.array([np.diag([1.0, 4.0]), np.diag([0.0, 1.0]), np.zeros((2, 2))])
    weights = step(rule, [1, 1], gram)
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights[2], [1, 1])


def test_a_long_silence_leaves_no_huge_weight():
    rule = on_three_variables(2, momentum=0.5)
    grams = [np.array([np.diag([1.0, own]), np.eye(2), np.eye(2)]) for own in (1.0, 0.0)]
    step(rule, [1, 1], grams[0])
    for _ in range(100):
        assert step(rule, [1, 1], grams[1])[0, 1] == pytest.approx(1.0)
    assert step(rule, [1, 1], grams[0])[0, 1] < 10  # n_a starts at a tenth of the length


def test_momentum_is_by_variable():
    rule = on_three_variables(2, relax=1.0, average=0.0, momentum=0.5)
    first, second = (
        step(rule, [1, 1], np.array([np.diag([1.0, each]) for each in squares]))
        for squares in ((1.0, 4.0, 16.0), (4.0, 4.0, 1.0))
    )
    np.testing.assert_allclose(first[:, 1], [1, 0.5, 0.25])
    np.testing.assert_allclose(second[:, 1], [0.75, 0.5, 0.625])


@settings(max_examples=30, deadline=None)
@given(
    gradients=st.lists(gradient_sets(most=2), min_size=3, max_size=3),
    strategy=st.sampled_from(["both", "shorten"]),
)
def test_no_variable_raises_the_main_loss_without_relaxation(gradients, strategy):
    gram = gram_of(np.stack(gradients, axis=1))
    rule = on_three_variables(2, relax=1.0, average=0.0, strategy=strategy)
    for weights, matrix in zip(step(rule, [1, 1], gram), gram, strict=True):
        found, precision = gain(weights, matrix)
        assert found >= -precision


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"relax": 1.1}, r"relax must be in \[0, 1\]"),
        ({"average": 1.0}, "average must be in"),
        ({"strategy": "A"}, "strategy"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.MetaBalance(**arguments)
