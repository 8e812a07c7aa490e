"""Weights of one over the first losses: the oracle and absent tasks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import WeightingState
from tests.oracles.first_loss import trajectory
from tests.toys import batch_of, toy_batches, toy_model

TASKS = ("segmentation", "depth")


def test_a_task_trains_where_the_other_has_no_valid_pixel():
    # Unlike with other rules, such a batch moves a weight: that of the task which is there.
    images, targets = batch_of(toy_batches(1), 0)
    targets = {**targets, "depth": np.full_like(targets["depth"], -1.0)}
    weighting = ak.weighting.FirstLossWeights()
    model = toy_model()
    model.compile(keras.optimizers.SGD(1e-3), metrics=None)
    weighting.set_model(model)
    head = np.array(model.get_layer("classes").get_weights()[0])
    logs = model.train_on_batch(images, targets, return_dict=True)
    assert not np.array_equal(head, model.get_layer("classes").get_weights()[0])
    assert logs["loss"] == pytest.approx(1.0, rel=1e-5)
    assert weighting.weights["depth"] == 1.0
    assert weighting.weights["segmentation"] == pytest.approx(1 / logs["segmentation_loss"])


def played(losses, **options):
    """(objective, weights) after each row of losses [T, 2]; NaN is a task without a pixel."""
    weighting = ak.weighting.FirstLossWeights(**options)
    weighting.state = WeightingState("FirstLossWeights")
    weighting.build(weighting.state, TASKS)
    after = []
    for row in losses:
        given = {task: task_loss(loss) for task, loss in zip(TASKS, row, strict=True)}
        objective = float(weighting.total(given))
        weighting.update(given)
        after.append((objective, list(weighting.weights.values())))
    return after


def task_loss(loss):
    mean = tf.constant(0.0 if np.isnan(loss) else loss, tf.float32)
    return TaskLoss(mean, None, None, tf.constant(not np.isnan(loss)), None, None, None)


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_oracle(batches):
    losses = np.exp(np.random.default_rng(batches).normal(size=(12, 2), scale=3))
    losses[[0, 3], [1, 0]] = np.nan
    found, expected = played(losses, batches=batches), trajectory(losses, batches)
    for (objective, weights), (wanted, oracles) in zip(found, expected, strict=True):
        assert objective == pytest.approx(wanted, rel=1e-5)
        np.testing.assert_allclose(weights, oracles, rtol=1e-5)


def test_by_hand():
    # Losses 4 and 0.5, then 2 and 1: the weights 1/4 and 2, so 1 + 1 and then 0.5 + 2.
    assert played([[4.0, 0.5], [2.0, 1.0]]) == [(2.0, [0.25, 2.0]), (2.5, [0.25, 2.0])]


def test_the_units_do_not_matter():
    losses = np.exp(np.random.default_rng(0).normal(size=(5, 2)))
    for (one, _), (other, _) in zip(played(losses), played(losses * [1000, 0.001]), strict=True):
        assert one == pytest.approx(other, rel=1e-5)


@pytest.mark.parametrize("odd", [0.0, np.inf, 1e-38])
def test_a_loss_that_has_no_inverse_does_not_count(odd):
    assert played([[odd, 2.0], [4.0, 2.0]])[-1][1] == [0.25, 0.5]


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "1"])
def test_batches_is_a_count(wrong):
    with pytest.raises(ak.errors.ConfigError, match="batches must be an integer, 1 or more"):
        ak.weighting.FirstLossWeights(wrong)
