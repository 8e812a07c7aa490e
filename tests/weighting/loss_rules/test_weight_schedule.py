"""Weights by time: the oracle, epochs and steps in real fits, and the contract."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import auxnet_keras as ak
from auxnet_keras.weighting.base import WeightingState
from tests.oracles import weight_schedule as oracle
from tests.toys import toy_batches, toy_model
from tests.weighting.contracts import VariantContract

TASKS = ("segmentation", "depth")


def point(segmentation, depth):
    return {"segmentation": segmentation, "depth": depth}


class TestWeightScheduleBySteps(VariantContract):
    def make(self):
        return ak.weighting.WeightSchedule(
            {1: point(2.0, 3.0), 5: point(1.0, 0.0), 7: point(0.5, 1.0)}, "steps", linear=True
        )


def attached(points, tasks=TASKS, **options):
    weighting = ak.weighting.WeightSchedule(points, **options)
    weighting.state = WeightingState("WeightSchedule")
    weighting.build(weighting.state, tasks)
    return weighting


@given(
    st.dictionaries(
        st.integers(0, 200),
        st.tuples(st.floats(0, 1000), st.floats(0.01, 1000)),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.integers(0, 250), min_size=1, max_size=6),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_weights_are_the_oracles_and_a_function_of_the_epoch_alone(points, epochs, linear):
    weighting = attached({time: point(*values) for time, values in points.items()}, linear=linear)
    for epoch in (*epochs, *epochs[::-1]):
        expected = oracle.at(points, epoch, linear)
        for _ in range(2):  # a resumed epoch begins twice
            weighting.schedule(epoch)
            found = list(weighting.weights.values())
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)
        weighting.update({})  # batches move nothing


@given(st.integers(0, 5), st.integers(0, 12))
@settings(max_examples=30, deadline=None)
def test_steps_are_a_function_of_the_batches_trained_on_alone(epoch, batches):
    points = {2: (0.0, 1.0), 8: (3.0, 0.5)}
    weighting = attached(
        {time: point(*values) for time, values in points.items()}, unit="steps", linear=True
    )
    for _ in range(batches):
        weighting.schedule(epoch)
        weighting.update({})
    expected = oracle.at(points, batches, linear=True)
    np.testing.assert_allclose(list(weighting.weights.values()), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("epoch", "in_steps", "in_lines"),
    [
        (0, (0, 1), (0, 1)),
        (4, (0, 1), (0.4, 1)),
        (10, (1, 1), (1, 1)),
        (15, (1, 1), (1, 0.5)),
        (99, (1, 0), (1, 0)),
    ],
)
def test_by_hand(epoch, in_steps, in_lines):
    points = {0: point(0.0, 1.0), 10: point(1.0, 1.0), 20: point(1.0, 0.0)}
    for linear, expected in ((False, in_steps), (True, in_lines)):
        weighting = attached(points, linear=linear)
        weighting.schedule(epoch)
        assert tuple(weighting.weights.values()) == pytest.approx(expected)


def test_weights_go_by_the_names_of_the_tasks():
    weighting = attached({0: point(3.0, 4.0)}, tasks=TASKS[::-1])
    assert weighting.weights == {"depth": 4.0, "segmentation": 3.0}


def test_one_task_first_then_the_other():
    weighting = ak.weighting.WeightSchedule({0: point(0.0, 1.0), 2: point(1.0, 0.0)})
    keras.utils.set_random_seed(0)
    model = toy_model()
    model.compile(keras.optimizers.SGD(1e-3), metrics=None)
    heads = []

    def look(epoch, logs):
        layers = (model.get_layer("classes"), model.get_layer("metres"))
        heads.append([np.array(layer.get_weights()[0]) for layer in layers])

    look(-1, None)
    callbacks = [weighting, keras.callbacks.LambdaCallback(on_epoch_end=look)]
    data = toy_batches(2)
    history = model.fit(*data, batch_size=4, epochs=4, verbose=0, callbacks=callbacks).history
    assert history["weight_segmentation"] == [0.0, 0.0, 1.0, 1.0]
    assert history["weight_depth"] == [1.0, 1.0, 0.0, 0.0]
    moved = [
        tuple(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))
        for before, after in itertools.pairwise(heads)
    ]
    assert moved == [(False, True), (False, True), (True, False), (True, False)]


def test_steps_change_the_weights_within_one_execution():
    images, targets = toy_batches(6)
    losses = []
    for at_once in (1, 6):
        points = {0: point(1.0, 1.0), 3: point(1.0, 0.0)}
        weighting = ak.weighting.WeightSchedule(points, unit="steps")
        keras.utils.set_random_seed(0)
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-2), metrics=None, steps_per_execution=at_once)
        history = model.fit(
            images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=[weighting]
        ).history
        losses.append(history["loss"][0])
        assert float(weighting.time.numpy()) == 6.0
        assert history["weight_depth"] == [0.0]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_a_batch_that_is_skipped_is_no_step():
    images, targets = toy_batches(3)
    images = images.astype("float32")
    images[4] = np.nan
    weighting = ak.weighting.WeightSchedule({0: point(1.0, 1.0)}, unit="steps")
    model = toy_model()
    model.compile("sgd", metrics=None)
    callbacks = [weighting, ak.callbacks.NonFinite("skip")]
    model.fit(images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=callbacks)
    assert float(weighting.time.numpy()) == 2.0


def test_inside_class_weights_it_follows_the_epochs():
    tasks = ak.weighting.WeightSchedule({0: point(1.0, 1.0), 1: point(1.0, 0.5)})
    weighting = ak.weighting.ClassWiseWeighting(depth_bins=[10.0], task_weighting=tasks)
    model = toy_model()
    model.compile("sgd", metrics=None)
    data = toy_batches(1)
    history = model.fit(*data, epochs=2, batch_size=4, verbose=0, callbacks=[weighting]).history
    assert history["weight_depth"] == [1.0, 0.5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"points": {}}, "needs at least one point"),
        ({"points": {-1: point(1, 1)}}, "whole numbers >= 0"),
        ({"points": {0.5: point(1, 1)}}, "whole numbers >= 0"),
        ({"points": {0: point(1, -1)}}, "finite number >= 0"),
        ({"points": {0: point(float("nan"), 1)}}, "finite number >= 0"),
        ({"points": {0: point(0, 0)}}, "so nothing would train"),
        ({"points": {0: point(1, 1), 2: {"depth": 1.0}}}, "must name the same tasks"),
        ({"points": {0: point(1, 1)}, "unit": "epoch"}, "did you mean 'epochs'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.WeightSchedule(**arguments)


def test_tasks_must_be_the_models():
    model = toy_model()
    model.compile("sgd")
    weighting = ak.weighting.WeightSchedule({0: {"segmentation": 1.0, "dept": 1.0}})
    with pytest.raises(ak.errors.ConfigError, match="did you mean 'depth'"):
        model.fit(*toy_batches(1), verbose=0, callbacks=[weighting])
