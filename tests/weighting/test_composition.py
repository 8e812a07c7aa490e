"""Weightings of different kinds in one step, against plain automatic differentiation."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.weighting.composition import gradient_rule
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from tests.toys import batch_of, three_tasks_batches, three_tasks_losses, three_tasks_model

W = ak.weighting
BINS = [5.0, 10.0, 20.0]
CLASS_WEIGHTS = np.array([0.5, 2.0, 0.0, 1.5], np.float32)
LAMBDA = np.array([0.7, 0.2, 3.0], np.float32)
SCHEDULE = {"segmentation": 1.0, "depth": 0.5, "scene": 0.25}
LEVELS = ("classes", "tasks", "gradients", "schedule")


class Inverse(GradientWeighting):
    """v_k = (L_k + 1) / |g_k|, so that losses and gradients both matter."""

    def rule(self, gram, losses):
        return (losses + 1.0) / keras.ops.sqrt(keras.ops.diagonal(gram))


def members(levels):
    """A weighting for each level, by level."""
    made = {
        "classes": lambda: W.ClassWiseWeighting(depth_bins=BINS, start_epoch=0),
        "tasks": lambda: W.TaskWeightBalancing(momentum=0.0),
        "gradients": Inverse,
        "schedule": lambda: W.WeightSchedule({0: SCHEDULE}),
    }
    return {level: made[level]() for level in levels}


def prepared(given, **settings):
    """A compiled model with a combination, whose weights are those above."""
    keras.utils.set_random_seed(1)
    model = three_tasks_model()
    settings = {"run_eagerly": True, **settings}
    model.compile(keras.optimizers.SGD(1.0), three_tasks_losses(), metrics=None, **settings)
    weighting = next(iter(given.values())) if len(given) == 1 else W.Combined(list(given.values()))
    weighting.set_model(model)
    weighting.schedule(0)
    if "classes" in given:
        given["classes"]._class_weights.rule.weights.assign(CLASS_WEIGHTS)
    if "tasks" in given:
        given["tasks"].values.assign(LAMBDA)
    return model, weighting


def plain_losses(model, images, targets, classes):
    """L_k by their formulas; with the weights of the classes or without."""
    found = model(images, training=True)
    labels = tf.constant(targets["segmentation"], tf.int32)
    valid = tf.cast(labels != 255, tf.float32)
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
        tf.where(labels == 255, 0, labels), found["segmentation"]
    )
    depth = tf.constant(targets["depth"])[..., 0]
    measured = tf.cast(depth >= 0, tf.float32)
    factor = measured
    if classes:
        factor *= tf.gather(CLASS_WEIGHTS, np.digitize(depth, BINS))
    error = tf.abs(depth - found["depth"][..., 0])
    scenes = tf.nn.sparse_softmax_cross_entropy_with_logits(targets["scene"][:, 0], found["scene"])
    return [
        tf.reduce_sum(entropy * valid) / tf.reduce_sum(valid),
        tf.reduce_sum(error * factor) / tf.reduce_sum(measured),
        tf.reduce_mean(scenes),
    ]


def expected_update(model, batch, levels):
    """What SGD with a learning rate of 1 subtracts, and the total, from plain gradients."""
    variables = model.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        losses = plain_losses(model, *batch, "classes" in levels)
    each = [[tape.gradient(loss, v) for v in variables] for loss in losses]
    lambdas = LAMBDA if "tasks" in levels else np.ones(3, np.float32)
    each = [
        [None if g is None else w * g for g in row] for row, w in zip(each, lambdas, strict=True)
    ]
    losses = np.array(losses) * lambdas
    schedule = np.array(list(SCHEDULE.values())) if "schedule" in levels else np.ones(3)
    factors = np.ones(3)
    common = [all(row[i] is not None for row in each) for i in range(len(variables))]
    if "gradients" in levels:
        norms = [
            np.sqrt(sum(np.sum(np.array(g) ** 2) for g, c in zip(row, common, strict=True) if c))
            for row in each
        ]
        factors = (losses + 1.0) / norms
    update = []
    for i in range(len(variables)):
        total = 0.0
        for row, v, s in zip(each, factors, schedule, strict=True):
            if row[i] is not None:
                total = total + s * (v if common[i] else 1.0) * np.array(row[i])
        update.append(total)
    return update, float(np.sum(schedule * factors * losses))


PAIRS = [*itertools.combinations(LEVELS, 2), LEVELS]


@pytest.mark.parametrize("levels", PAIRS, ids="+".join)
def test_the_step_is_that_of_plain_gradients(levels):
    given = members(levels)
    model, weighting = prepared(given)
    batch = batch_of(three_tasks_batches(1), 0)
    expected, total = expected_update(model, batch, levels)
    before = [np.array(v) for v in model.trainable_variables]
    logs = model.train_on_batch(*batch, return_dict=True)
    for old, variable, change in zip(before, model.trainable_variables, expected, strict=True):
        np.testing.assert_allclose(old - np.array(variable), change, rtol=2e-4, atol=2e-6)
    assert logs["loss"] == pytest.approx(total, rel=1e-4)
    assert set(logs) >= {f"weight_{task}" for task in model.tasks}
    if "tasks" in given:  # the next weights follow from the losses without class weights
        found = [logs[f"{task}_loss"] for task in model.tasks]
        others = [found[1] * found[2], found[0] * found[2], found[0] * found[1]]
        np.testing.assert_allclose(list(given["tasks"].weights.values()), others, rtol=1e-5)
    if "classes" in given:
        assert model.weighting.host_weights().keys() == given["classes"].host_weights().keys()
    product = np.ones(3)
    for level, part in given.items():
        product *= 1.0 if level == "classes" else list(part.weights.values())
    np.testing.assert_allclose(list(weighting.weights.values()), product, rtol=1e-5)


def test_at_the_representation_it_is_the_same_step():
    batch = batch_of(three_tasks_batches(1), 0)
    changes = []
    for parameters in ("shared", "representation"):
        given = {**members(LEVELS), "gradients": Fixed(parameters=parameters)}
        model, _ = prepared(given)
        before = [np.array(v) for v in model.trainable_variables]
        model.train_on_batch(*batch)
        after = [np.array(v) for v in model.trainable_variables]
        changes.append([a - b for a, b in zip(after, before, strict=True)])
    for one, other in zip(*changes, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


class Fixed(GradientWeighting):
    """The same weights wherever the gradients are compared."""

    def rule(self, gram, losses):
        return keras.ops.convert_to_tensor([0.5, 2.0, 3.0])


def test_compiled_it_is_the_same():
    batch = batch_of(three_tasks_batches(1), 0)
    results = []
    for settings in ({}, {"run_eagerly": False, "jit_compile": True}):
        model, _ = prepared(members(LEVELS), **settings)
        for _ in range(2):
            model.train_on_batch(*batch)
        results.append([np.array(v) for v in model.variables])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-5)


def test_class_weights_take_a_weighting_of_gradients_themselves():
    batch = batch_of(three_tasks_batches(1), 0)
    results = []
    for nested in (True, False):
        given = members(("classes", "gradients"))
        if nested:
            given = {
                "classes": W.ClassWiseWeighting(
                    depth_bins=BINS, start_epoch=0, task_weighting=Inverse()
                )
            }
        model, weighting = prepared(given)
        assert isinstance(gradient_rule(weighting), Inverse)
        model.train_on_batch(*batch)
        results.append(model.get_weights())
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


class OwnTotal(W.TaskWeighting):
    def total(self, losses):
        return super().total(losses)


class OwnObjective(W.Weighting):
    build = total = update = current = weights = None


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: [W.TaskWeightBalancing(), W.FirstLossWeights()], "the weights of the losses"),
        (lambda: [W.MGDA(), W.TaskWeightBalancing(), W.MGDA()], "the weights of the gradients"),
        (lambda: [W.ClassWiseWeighting(), W.ClassWiseWeighting()], "the weights of classes"),
        (
            lambda: [W.ClassWiseWeighting(rule="program"), W.TaskWeightBalancing()],
            "FirstLossWeights and TaskWeightBalancing",
        ),
        (lambda: [W.TaskWeightBalancing(mode="product"), W.MGDA()], "Use mode='detached'"),
        (lambda: [OwnTotal(), W.MGDA()], "OwnTotal defines the objective itself"),
        (lambda: [OwnObjective(), W.MGDA()], "OwnObjective defines the objective itself"),
        (lambda: [W.MGDA(), "twb"], "Only weightings can be combined"),
        (lambda: [W.MGDA()], "at least two"),
        (lambda: W.MGDA(), "takes a list"),
    ],
)
def test_what_cannot_be_combined_gets_a_sentence(make, says):
    with pytest.raises(ak.errors.ConfigError, match=says):
        W.Combined(make())


def test_only_the_tasks_that_need_pixels_are_asked_for_them():
    model, weighting = prepared(members(("classes", "tasks")))
    assert weighting.per_pixel_tasks(model) == ("segmentation", "depth")
