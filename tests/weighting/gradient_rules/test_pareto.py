"""Pareto MTL: constraints, phases."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import auxnet_keras as ak
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.pareto import default_references
from tests.oracles.gradient_rules import pareto_weights as three_tasks
from tests.oracles.min_norm import exact, pareto_weights
from tests.toys import toy_batches, toy_model

FIVE = ak.weighting.FIGURE_PREFERENCES
TASKS = ("segmentation", "depth")


def attached(preference=(0.71, 0.71), references=FIVE, tasks=TASKS, phase=1):
    weighting = ak.weighting.ParetoMTL(preference, references)
    weighting.state = WeightingState("ParetoMTL")
    weighting.build(weighting.state, tasks)
    weighting.feasible.assign(float(phase == 2))
    return weighting


def weights(weighting, gram, losses):
    gram, losses = tf.constant(gram, tf.float32), tf.constant(losses, tf.float32)
    weighting.learn(None, losses, tf.constant(True))
    return np.array(weighting.rule(gram, losses))


def test_the_five_preferences_of_the_figures():
    assert FIVE == ((0.0, 1.0), (0.38, 0.92), (0.71, 0.71), (0.92, 0.38), (1.0, 0.0))


@given(
    st.sampled_from(FIVE),
    st.integers(0, 2**32 - 1),
    st.floats(0.02, 1.55),
    st.sampled_from([1, 2]),
    st.floats(-0.95, 0.95),
)
@settings(max_examples=60, deadline=None)
def test_weights_are_the_oracles(preference, seed, angle, phase, cosine):
    lengths = np.exp(np.random.default_rng(seed).normal(size=2))
    gram = np.outer(lengths, lengths) * np.array([[1, cosine], [cosine, 1]])
    losses = np.array([np.cos(angle), np.sin(angle)]) * 3.0
    expected, active = pareto_weights(gram, losses, preference, FIVE, phase)
    weighting = attached(preference, phase=phase)
    found = weights(weighting, gram, losses)
    if phase == 1 and not active:  # phase 1 is over, and this batch trains in phase 2
        assert weighting.phase == 2
        expected, _ = pareto_weights(gram, losses, preference, FIVE, 2)
    else:
        assert weighting.phase == phase
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_by_hand():
    # Preference (1, 1)/sqrt(2), one reference (1, 0), and a segmentation that is far worse: the
    # constraint (1 - s, -s) . L <= 0 with s = 1/sqrt(2) is broken.
    s = 2**-0.5
    losses = np.array([10.0, 1.0])
    weighting = attached((1, 1), [(1, 0)])
    np.testing.assert_allclose(weights(weighting, np.eye(2), losses), [1 - s, -s], rtol=1e-5)
    # Phase 2 on orthogonal gradients of length 1: the hull of (1, 0), (0, 1), (1 - s, -s). The
    # nearest point is on the edge between the last two.
    edge = np.array([1 - s, -s]) - np.array([0.0, 1.0])
    beta = -edge @ [0.0, 1.0] / (edge @ edge)
    nearest = np.array([0.0, 1.0]) + beta * edge
    found = weights(attached((1, 1), [(1, 0)], phase=2), np.eye(2), losses)
    np.testing.assert_allclose(found, 2 * nearest / np.abs(nearest).sum(), rtol=1e-4)
    # On the other side the constraint holds: phase 2 is MGDA scaled to sum 2.
    found = weights(attached((1, 1), [(1, 0)], phase=2), np.diag([1.0, 3.0]), losses[::-1])
    np.testing.assert_allclose(found, [1.5, 0.5], rtol=1e-5)


@pytest.mark.parametrize("preference", FIVE)
def test_order_is_segmentation_depth_whatever_is_main(preference):
    gram, losses = np.array([[2.0, -0.3], [-0.3, 1.0]]), np.array([3.0, 1.0])
    one = weights(attached(preference), gram, losses)
    swapped = attached(preference, tasks=TASKS[::-1])
    other = weights(swapped, gram[::-1, ::-1].copy(), losses[::-1].copy())
    np.testing.assert_allclose(other, one[::-1], rtol=1e-5)


def test_tasks_of_other_names_are_in_the_order_main_auxiliary():
    gram, losses = np.eye(2), np.array([3.0, 1.0])
    other = attached((0.0, 1.0), tasks=("normals", "depth"))
    np.testing.assert_array_equal(
        weights(other, gram, losses), weights(attached((0.0, 1.0)), gram, losses)
    )


def test_a_large_component_accepts_a_large_loss():
    # Equal losses: who accepts a large depth loss first lessens the segmentation's, at its expense.
    for preference, signs in (((0, 1), [1, -1]), ((1, 0), [-1, 1])):
        found = weights(attached(preference), np.eye(2), [1.0, 1.0])
        np.testing.assert_array_equal(np.sign(found), signs)


def test_the_length_of_preference_and_references_does_not_matter():
    gram, losses = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([3.0, 1.0])
    longer = attached((3.8, 9.2), [(10 * a, 10 * b) for a, b in FIVE])
    np.testing.assert_allclose(
        weights(longer, gram, losses), weights(attached((0.38, 0.92)), gram, losses), rtol=1e-4
    )


def test_an_unusable_batch_does_not_end_phase_1():
    weighting = attached()
    weighting.learn(None, tf.constant([1.0, 1.0]), tf.constant(False))
    assert weighting.phase == 1
    weighting.learn(None, tf.constant([1.0, 1.0]), tf.constant(True))
    assert weighting.phase == 2


def test_gradients_that_overflow_make_a_batch_unusable():
    weighting = attached()
    one = TaskLoss(tf.constant(1.0), None, None, tf.constant(True), None, None, None)
    for size, phase in ((np.inf, 1), (1.0, 2)):
        weighting.weigh(tf.constant(size * np.ones((2, 2)), tf.float32), dict.fromkeys(TASKS, one))
        assert weighting.phase == phase


def trained(weighting, depth, epochs, main="segmentation", model=None, done=0):
    """A fit on depths of about `depth`; the losses' ratio stays far from the preference."""
    auxiliary = "depth" if main == "segmentation" else "segmentation"
    keras.utils.set_random_seed(0)
    model = model or toy_model(main, auxiliary)
    model.compile(keras.optimizers.SGD(1e-6), metrics=None)
    images, targets = toy_batches(2)
    targets["depth"] = np.where(targets["depth"] < 0, -1, targets["depth"] * depth / 15)
    phases = []
    after = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: phases.append(weighting.phase)
    )
    model.fit(
        images,
        targets,
        batch_size=4,
        initial_epoch=done,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[weighting, after],
    )
    return model, phases


def test_phase_1_takes_two_epochs_at_most():
    assert trained(ak.weighting.ParetoMTL(), 1000, 4)[1] == [1, 1, 2, 2]


def test_phase_1_ends_with_the_first_batch_without_an_active_constraint():
    model, _ = trained(ak.weighting.ParetoMTL(), 1000, 1)
    segmentation = float(model.history.history["segmentation_loss"][0])
    assert trained(ak.weighting.ParetoMTL(), segmentation, 1)[1] == [2]


def test_a_second_fit_goes_on_where_the_first_ended():
    weighting = ak.weighting.ParetoMTL()
    model, phases = trained(weighting, 1000, 1)
    assert phases == [1]
    assert trained(weighting, 1000, 3, model=model, done=1)[1] == [1, 2]


def test_constraints_that_were_satisfied_stay_satisfied_whatever_the_epoch():
    weighting = attached()
    weighting.learn(None, tf.constant([1.0, 1.0]), tf.constant(True))
    for epoch in (0, 5, 0):
        weighting.schedule(epoch)
        assert weighting.phase == 2


def test_phase_is_in_a_checkpoint(tmp_path):
    def run(epochs):
        weighting = ak.weighting.ParetoMTL()
        keras.utils.set_random_seed(0)
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-6), metrics=None)
        images, targets = toy_batches(1)
        targets["depth"] = np.where(targets["depth"] < 0, -1, targets["depth"] * 100)
        checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path)
        model.fit(images, targets, epochs=epochs, verbose=0, callbacks=[weighting, checkpoint])
        return weighting, model.history.epoch

    first, _ = run(2)
    assert first.phase == 1
    second, epochs = run(3)
    assert (second.phase, epochs) == (2, [2])


THREE = ("segmentation", "depth", "normals")


@pytest.mark.parametrize("phase", [1, 2])
def test_weights_of_three_tasks_are_the_oracles(phase):
    u = np.array([0.2, 0.9, 0.4])
    u /= np.linalg.norm(u)
    directions = np.array(default_references(3)) - u
    for seed in range(4):
        generator = np.random.default_rng(seed)
        gradients = generator.normal(size=(3, 5)) * np.exp(generator.normal(size=(3, 1)))
        gram = gradients @ gradients.T
        losses = np.exp(0.3 * generator.normal(size=3)) * [6.0, 1.0, 1.0]  # far from u
        weighting = attached(u, None, THREE, phase)
        expected = three_tasks(gram, losses, directions, exact, phase)
        found = weights(weighting, gram, losses)
        assert weighting.phase == phase
        np.testing.assert_allclose(found @ gradients, expected @ gradients, atol=3e-3)


def test_the_references_of_three_tasks():
    half, third = 2**-0.5, 3**-0.5
    np.testing.assert_allclose(
        default_references(3),
        [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
            [half, half, 0],
            [half, 0, half],
            [0, half, half],
            [third, third, third],
        ],
    )


def test_by_default_all_tasks_are_alike():
    gram, losses = np.array([[2.0, -0.3], [-0.3, 1.0]]), np.array([3.0, 1.0])
    np.testing.assert_array_equal(
        weights(attached(()), gram, losses), weights(attached((0.71, 0.71)), gram, losses)
    )
    three = attached((), None, THREE, phase=2)
    found = weights(three, np.eye(3), [1.0, 1.0, 1.0])  # all constraints hold: MGDA
    np.testing.assert_allclose(found, np.ones(3), rtol=1e-4)
    for losses in ([5.0, 1.0, 1.0], [1.0, 2.0, 9.0]):
        found = weights(three, np.eye(3), losses)
        assert np.argmax(found) == np.argmax(losses)
        assert np.abs(found).sum() == pytest.approx(3.0, rel=1e-5)


def test_another_number_of_tasks_is_refused():
    with pytest.raises(ak.errors.ConfigError, match="one component per task, here 3"):
        attached((1, 1), None, THREE)


def test_phase_before_fit():
    assert ak.weighting.ParetoMTL().phase == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"preference": (0.0, 0.0)}, "preference of Pareto MTL must not be all zeros"),
        ({"preference": (-0.1, 1.0)}, "one component >= 0 per task"),
        ({"preference": (1.0,)}, "one component >= 0 per task"),
        ({"preference": (1.0, 1.0, 1.0), "references": FIVE}, "one component per task, here 3"),
        ({"references": [(1, 0), (1, 0, 0)]}, "one component per task, here 2"),
        ({"preference": (float("nan"), 1.0)}, "one component >= 0 per task"),
        ({"references": [(0, 0), (1, 0)]}, "reference vector of Pareto MTL must not be all zeros"),
        ({"references": [(1, 0), (1, -1)]}, "one component >= 0 per task"),
        ({"preference": "0.7,0.7"}, "one component >= 0 per task"),
        ({"references": [(1, 0), None]}, "one component >= 0 per task"),
        ({"references": []}, "differs from the preference"),
        ({"references": [(2.0, 2.0)]}, "differs from the preference"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.ParetoMTL(**arguments)
