"""Schedules: their values at every step, against the formulas."""

import keras
import numpy as np
import pytest
from keras import ops

from auxnet_keras.errors import ConfigError
from auxnet_keras.optimizers import Constant, Cosine, Drops, Polynomial, Timeline
from auxnet_keras.optimizers.schedules.warm_up import WarmUp
from tests.oracles import schedules as oracle

RATE, STEPS, WARMUP = 0.02, 60, 7
TIMELINE = Timeline(((2, 12), (9, 4)))  # 24 steps, then 36


def values(schedule, steps=STEPS, timeline=TIMELINE):
    rate = schedule.make(RATE, timeline)
    return np.array([float(rate(ops.convert_to_tensor(step, "int32"))) for step in range(steps)])


def test_a_timeline_counts_the_steps_of_both_parts():
    assert TIMELINE.steps == STEPS
    assert [TIMELINE.after(n) for n in (0, 1, 2, 3, 11, 13)] == [0, 12, 24, 28, 60, 68]


def test_a_constant_rate_is_a_number_as_before():
    assert Constant().make(RATE, TIMELINE) == RATE


@pytest.mark.parametrize("warmup", [0, WARMUP])
def test_every_schedule_follows_its_formula(warmup):
    left = STEPS - warmup
    expected = {
        Cosine(final=0.1, warmup=warmup): lambda t: oracle.cosine(t, RATE, left, 0.1),
        Polynomial(power=0.9, final=0.2, warmup=warmup): lambda t: oracle.polynomial(
            t, RATE, left, 0.9, 0.2
        ),
    }
    for schedule, after in expected.items():
        wanted = [oracle.warmed_up(t, RATE, warmup, after) for t in range(STEPS)]
        np.testing.assert_allclose(values(schedule), wanted, rtol=2e-6, err_msg=str(schedule))


@pytest.mark.parametrize("warmup", [0, WARMUP])
def test_drops_begin_with_the_first_step_after_the_epoch(warmup):
    points = {1: 0.01, 3: 0.002}  # 12 steps, and 24 + 4
    by_step = {12 - warmup: 0.01, 28 - warmup: 0.002}
    wanted = [
        oracle.warmed_up(t, RATE, warmup, lambda s: oracle.drops(s, RATE, by_step))
        for t in range(STEPS)
    ]
    np.testing.assert_allclose(values(Drops(points, warmup)), wanted, rtol=1e-6)
    longer = Timeline(((2, 12), (90, 4)))  # more epochs leave the steps before as they are
    np.testing.assert_array_equal(
        values(Drops(points, warmup)), values(Drops(points, warmup), timeline=longer)
    )


def test_a_warm_up_longer_than_the_run_only_rises():
    rates = values(Cosine(warmup=1000))
    np.testing.assert_allclose(rates, RATE * np.arange(1, STEPS + 1) / 1000, rtol=1e-6)


@pytest.mark.parametrize("after", [0.02, None])
def test_a_warm_up_survives_saving(after):
    after = after or keras.optimizers.schedules.CosineDecay(RATE, 50)
    schedule = WarmUp(RATE, WARMUP, after)
    saved = keras.saving.serialize_keras_object(keras.optimizers.SGD(schedule))
    loaded = keras.saving.deserialize_keras_object(saved)._learning_rate
    steps = ops.arange(STEPS)
    np.testing.assert_array_equal(loaded(steps), schedule(steps))


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Cosine(final=1.5), "final of cosine must be in"),
        (lambda: Cosine(final=float("nan")), "final of cosine must be in"),
        (lambda: Constant(warmup=-1), "warmup of constant must be a whole number of steps >= 0"),
        (lambda: Polynomial(power=0), "power of polynomial must be a finite number > 0"),
        (lambda: Polynomial(warmup=True), "warmup of polynomial must be a whole number"),
        (lambda: Drops({}), "needs points EPOCHS:RATE"),
        (lambda: Drops({0: 0.1}), "epochs of the schedule drops must be whole numbers >= 1"),
        (lambda: Drops({2: -0.1}), "rates of the schedule drops must be a finite number > 0"),
    ],
)
def test_values_out_of_range_get_a_sentence(build, says):
    with pytest.raises(ConfigError, match=says):
        build()
