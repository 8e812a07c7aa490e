"""What every rule of task weights does, whatever its family; without a network where possible.

What belongs to a family (the step, precision, replicas, files) is tested once per family, by the
full contract of one of its members in `contracts.py`.
"""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.weighting.catalogue import WEIGHTINGS
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from tests.toys import toy_batches, toy_model
from tests.weighting.player import (
    attached,
    look_after_step,
    random_gram,
    random_losses,
    state_of,
    step,
)

VALUES = {"fixed": "fixed:400,1", "schedule": "schedule:0:1/3,2:1/0", "pareto": "pareto:0.4,0.9"}
"""A text for methods that need values."""

RULES = [name for name in WEIGHTINGS if name != "class-wise"]

MOVES_WITHOUT_A_TASK = {"first-loss"}
"""Rules that judge each task alone, so that a batch without one still moves the others."""

ONLY_TWO = {"fixed", "schedule", "pareto"}
"""Their values above are for two tasks."""


def made(name):
    return ak.experiments.weighting(VALUES.get(name, name))


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_a_number_of_the_wrong_type_is_refused_by_its_name(name):
    kind = WEIGHTINGS[name].weighting
    given = {"preference": (0.4, 0.9)} if name == "pareto" else {}
    for parameter in inspect.signature(kind).parameters.values():
        if type(parameter.default) in (int, float):
            for wrong in ("0.5", None, [0.5], float("nan")):
                with pytest.raises(ak.errors.ConfigError, match=f"{parameter.name} must be"):
                    kind(**given, **{parameter.name: wrong})


def played(weighting, losses, start=0):
    """The weights [T, K] over some batches, each with a Gram matrix of its own."""
    rows = []
    for number, row in enumerate(losses, start):
        rows.append(step(weighting, row, random_gram(len(row), number)))
    return np.array(rows)


@pytest.mark.parametrize("name", RULES)
class TestEveryRule:
    def test_its_arguments_are_kept(self, name):
        weighting = made(name)
        again = type(weighting).from_config(weighting.get_config())
        assert again.get_config() == weighting.get_config()

    def test_weights_are_finite_and_change_the_state_only(self, name):
        losses = random_losses(8, 2)
        first, second = (played(attached(made(name)), losses) for _ in range(2))
        assert np.isfinite(first).all()
        np.testing.assert_array_equal(first, second)

    def test_the_variables_are_its_whole_memory(self, name):
        losses = random_losses(12, 2)
        whole = attached(made(name))
        expected = played(whole, losses)
        half = attached(made(name))
        played(half, losses[:5])
        resumed = attached(made(name))
        for variable, value in zip(resumed.state.variables, state_of(half), strict=True):
            variable.assign(value)
        np.testing.assert_array_equal(played(resumed, losses[5:], start=5), expected[5:])
        for a, b in zip(state_of(resumed), state_of(whole), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_its_schedule_is_a_function_of_the_epoch_alone(self, name):
        weighting = attached(made(name))
        played(weighting, random_losses(3, 2))
        seen = {}
        for epoch in (0, 1, 2, 3, 40, 3, 1, 1, 0, 2, 40):
            weighting.schedule(epoch)
            state = [value.tobytes() for value in state_of(weighting)]
            assert seen.setdefault(epoch, state) == state

    @pytest.mark.parametrize("absent", [0, 1])
    def test_the_other_task_trains_where_one_is_absent(self, name, absent):
        weighting = attached(made(name))
        played(weighting, random_losses(4, 2))
        before = state_of(weighting)
        losses = [0.7, 0.4]
        losses[absent] = None
        gram = random_gram(2, 0)
        gram[absent] = gram[:, absent] = 0.0
        weights = step(weighting, losses, gram)
        assert np.isfinite(weights).all()
        assert weights[1 - absent] > 0 or name == "schedule"
        if name not in MOVES_WITHOUT_A_TASK:
            for a, b in zip(before, state_of(weighting), strict=True):
                np.testing.assert_array_equal(a, b)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_numbers_that_are_not_finite_leave_no_trace(self, name, bad):
        weighting = attached(made(name))
        played(weighting, random_losses(4, 2))
        step(weighting, [bad, 1.0], random_gram(2, 0) * bad)
        assert all(np.isfinite(value).all() for value in state_of(weighting))
        assert np.isfinite(played(weighting, random_losses(2, 2))).all()

    def test_extreme_losses_give_no_nan(self, name):
        weighting = attached(made(name))
        for losses in ([1e-12, 1e-12], [1e12, 1e-12], [1e-12, 1e12], [0.0, 1.0], [1.0, 1.0]):
            assert np.isfinite(step(weighting, losses)).all(), losses
            assert all(np.isfinite(value).all() for value in state_of(weighting)), losses

    def test_compiled_by_xla_it_is_the_same(self, name):
        plain, compiled = attached(made(name)), attached(made(name))
        losses = random_losses(3, 2)

        @tf.function(jit_compile=True)
        def one(row, gram):
            return weights_of(compiled, row, gram)

        expected = played(plain, losses)
        for number, (row, wanted) in enumerate(zip(losses, expected, strict=True)):
            found = one(
                tf.constant(row, tf.float32), tf.constant(random_gram(2, number), tf.float32)
            )
            np.testing.assert_allclose(found, wanted, rtol=2e-4, atol=1e-6)

    def test_it_trains_a_network(self, name):
        weighting = made(name)
        keras.utils.set_random_seed(0)
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-3), metrics=None)
        history = model.fit(
            *toy_batches(2), batch_size=4, epochs=2, verbose=0, callbacks=[weighting]
        ).history
        for task in model.tasks:
            assert history[f"weight_{task}"][-1] == pytest.approx(weighting.weights[task], rel=1e-6)
        assert np.isfinite(history["loss"]).all()


def weights_of(weighting, losses, gram):
    """As `player.step`, on tensors: for a compiled function."""
    from auxnet_keras.losses.task_loss import TaskLoss

    def given(means):
        return {
            task: TaskLoss(means[k], None, None, tf.constant(True), None, None, None)
            for k, task in enumerate(weighting.tasks)
        }

    if isinstance(weighting, GradientWeighting):
        return weighting.weigh(gram, given(losses))
    with tf.GradientTape() as tape:
        tape.watch(losses)
        total = weighting.total(given(losses))
    weights = tape.gradient(total, losses, unconnected_gradients="zero")
    weighting.update(given(losses))
    look_after_step(weighting, given(losses))
    return weights


@pytest.mark.parametrize("name", [name for name in RULES if name not in ONLY_TWO])
class TestAnyNumberOfTasks:
    def test_three_tasks(self, name):
        weighting = attached(made(name), 3)
        weights = played(weighting, random_losses(6, 3))
        assert weights.shape == (6, 3)
        assert np.isfinite(weights).all()

    def test_one_of_three_is_absent(self, name):
        weighting = attached(made(name), 3)
        played(weighting, random_losses(3, 3))
        gram = random_gram(3, 0)
        gram[1] = gram[:, 1] = 0.0
        weights = step(weighting, [0.7, None, 0.4], gram)
        assert np.isfinite(weights).all()
        assert weights[0] > 0
        assert weights[2] >= 0


GRADIENT_RULES = [
    name for name in RULES if issubclass(WEIGHTINGS[name].weighting, GradientWeighting)
]


@pytest.mark.parametrize("name", GRADIENT_RULES)
class TestEveryRuleOfGradients:
    @pytest.mark.parametrize(
        "gram",
        [
            [[1.0, 2.0], [2.0, 4.0]],
            [[1.0, -1.0], [-1.0, 1.0]],
            [[1.0, -2.0], [-2.0, 4.0]],
            [[1.0, 0.0], [0.0, 1e16]],
            [[1e-16, 0.5e-8], [0.5e-8, 1.0]],
            [[1.0, -0.7e8], [-0.7e8, 1e16]],
            [[1e-36, 0.0], [0.0, 1e-36]],
            [[1e30, 1e29], [1e29, 1e30]],
        ],
        ids=["parallel", "opposite", "opposite 2", "1e8", "1e-8", "conflict 1e8", "tiny", "huge"],
    )
    def test_degenerate_gradients_give_finite_weights(self, name, gram):
        weighting = attached(made(name))
        for _ in range(3):
            assert np.isfinite(step(weighting, [1.0, 2.0], gram)).all()
            assert all(np.isfinite(value).all() for value in state_of(weighting))

    def test_the_mean_is_the_sum_over_the_number_of_tasks(self, name):
        kind = WEIGHTINGS[name].weighting
        given = {"preference": (0.4, 0.9)} if name == "pareto" else {}
        total, mean = (
            played(attached(kind(reduction=reduction, **given)), random_losses(3, 2))
            for reduction in ("sum", "mean")
        )
        np.testing.assert_allclose(total, 2.0 * mean, rtol=1e-6)

    def test_momentum_averages_the_weights(self, name):
        kind = WEIGHTINGS[name].weighting
        given = {"preference": (0.4, 0.9)} if name == "pareto" else {}
        losses = random_losses(4, 2)
        plain = played(attached(kind(**given)), losses)
        found = played(attached(kind(momentum=0.5, **given)), losses)
        expected = [plain[0]]
        for row in plain[1:]:
            expected.append(0.5 * expected[-1] + 0.5 * row)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
