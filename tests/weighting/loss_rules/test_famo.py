"""FAMO: its formula, and the second look at a batch, which must leave no trace."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.famo import trajectory
from tests.toys import batch_of, toy_batches, toy_model
from tests.weighting.contracts import VariantContract
from tests.weighting.loss_rules.playing import objective
from tests.weighting.player import attached, random_losses, state_of, step, task_loss


class TestFAMO(VariantContract):
    def make(self):
        return ak.weighting.FAMO()


def looked(weighting, losses):
    weighting.after_step(
        {task: task_loss(loss) for task, loss in zip(weighting.tasks, losses, strict=True)}
    )


def played(weighting, before, after):
    """(objectives, weights); without the player's own losses after a step."""
    objectives, weights = [], []
    for now, later in zip(before, after, strict=True):
        objectives.append(objective(weighting, now))
        given = {task: task_loss(loss) for task, loss in zip(weighting.tasks, now, strict=True)}
        weighting.update(given)
        weights.append(list(weighting.weights.values()))
        looked(weighting, later)
    return np.array(objectives), np.array(weights)


@pytest.mark.parametrize(("rate", "decay"), [(0.025, 0.001), (0.2, 0.0)])
def test_oracle(rate, decay):
    before, after = random_losses(40, 3), random_losses(40, 3, seed=1)
    weighting = attached(ak.weighting.FAMO(learning_rate=rate, decay=decay), 3)
    objectives, weights = played(weighting, before, after)
    expected = trajectory(before, after, rate, decay)
    np.testing.assert_allclose(objectives, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights, expected[1], rtol=1e-4)


def test_by_hand():
    # z = (1/2, 1/2): c = 1 / (1/8 + 1/2) = 1.6, weights 1.6 (1/8, 1/2) = (0.2, 0.8).
    # The first task improves, so xi goes to (-0.025, 0.025) in Adam's first step.
    weighting = attached(ak.weighting.FAMO())
    _, weights = played(weighting, [[4.0, 1.0]] * 2, [[2.0, 1.0]] * 2)
    assert weights[0] == pytest.approx([0.2, 0.8])
    z = np.exp([-0.025, 0.025])
    assert weights[1] == pytest.approx(z / [4.0, 1.0] / np.sum(z / [4.0, 1.0]), rel=1e-5)


def test_the_task_that_improves_most_loses_weight_and_equal_rates_change_nothing():
    weighting = attached(ak.weighting.FAMO())
    _, weights = played(weighting, [[3.0, 5.0]] * 30, [[2.9, 4.0]] * 30)
    shares = weights * [3.0, 5.0]
    assert (np.diff(shares[:, 0] / shares[:, 1]) > 0).all()
    weighting = attached(ak.weighting.FAMO())
    # Losses whose logarithms differ by exactly the same: Adam makes a step of any rounding.
    _, weights = played(weighting, [[4.0, 4.0]] * 5, [[2.0, 2.0]] * 5)
    np.testing.assert_allclose(weights, 0.5)


def test_without_a_usable_batch_before_there_is_nothing_to_judge():
    weighting = attached(ak.weighting.FAMO())
    step(weighting, [2.0, 1.0])
    before = state_of(weighting)
    weighting.update(dict(zip(weighting.tasks, map(task_loss, [0.0, 1.0]), strict=True)))
    looked(weighting, [0.5, 0.5])
    for a, b in zip(before, state_of(weighting), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("later", [[None, 1.0], [0.0, 1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_losses_after_a_step_that_have_no_logarithm_do_not_move_it(later):
    weighting = attached(ak.weighting.FAMO())
    step(weighting, [2.0, 1.0])
    before = state_of(weighting)
    weighting.update(dict(zip(weighting.tasks, map(task_loss, [2.0, 1.0]), strict=True)))
    looked(weighting, later)
    for a, b in zip(before[1:], state_of(weighting)[1:], strict=True):
        np.testing.assert_array_equal(a, b)


class Silent(ak.weighting.FAMO):
    """The same rule without the second look."""

    after_step = None


def noisy_model():
    """The toy with dropout, whose masks come from a seed generator."""
    toy = toy_model()
    features = keras.layers.Dropout(0.4, seed=5)(toy.get_layer("classes").input)
    outputs = {
        "segmentation": keras.layers.Conv2D(4, 1, name="classes")(features),
        "depth": keras.layers.Conv2D(1, 1, name="metres")(features),
    }
    return ak.models.AuxiliaryModel(toy.input, outputs)


def trained(weighting, optimizer, images, targets, batches):
    """(model, last logs) after some steps on the noisy model."""
    keras.utils.set_random_seed(2)
    model = noisy_model()
    model.compile(optimizer, metrics=None)
    weighting.set_model(model)
    for number in range(batches):
        logs = model.train_on_batch(*batch_of((images, targets), number), return_dict=True)
    return model, logs


def test_statistics_seeds_and_logs_are_those_of_a_step_without_it():
    found = [
        trained(kind(), keras.optimizers.SGD(1e-2), *toy_batches(1), 1)
        for kind in (ak.weighting.FAMO, Silent)
    ]
    (model, logs), (silent, expected) = found
    assert any("seed" in variable.path for variable in model.non_trainable_variables)
    for a, b in zip(model.variables, silent.variables, strict=True):
        if "weighting_state" not in a.path and "guard" not in a.path:
            np.testing.assert_array_equal(np.array(a), np.array(b), err_msg=a.path)
    assert logs == expected
    assert model.weighting_state.variables[1].numpy().any()
    assert not silent.weighting_state.variables[1].numpy().any()


def test_without_a_step_the_losses_are_the_same_also_under_dropout():
    model, _ = trained(ak.weighting.FAMO(), keras.optimizers.SGD(0.0), *toy_batches(3), 3)
    logits = np.array(model.weighting_state.variables[1])
    np.testing.assert_allclose(logits, 0.0, atol=1e-4)


def test_it_sees_the_losses_after_the_update():
    images, targets = toy_batches(1)
    model, logs = trained(ak.weighting.FAMO(), keras.optimizers.SGD(1e-2), images, targets, 1)
    before = np.log([logs[f"{task}_loss"] for task in model.tasks])
    seen = []
    weighting = model.weighting
    weighting.after_step = lambda losses: seen.append([float(losses[t].mean) for t in model.tasks])
    keras.utils.set_random_seed(2)
    again = noisy_model()
    again.compile(keras.optimizers.SGD(1e-2), metrics=None, run_eagerly=True)
    weighting.set_model(again)
    again.train_on_batch(images, targets)
    gains = before - np.log(seen[0])
    moved = np.array(model.weighting_state.variables[1])
    # Adam's first step is the sign of z (gain - mean gain), times 0.025.
    np.testing.assert_allclose(moved, -0.025 * np.sign(gains - gains.mean()), rtol=1e-3)


def test_a_skipped_batch_changes_nothing():
    images, targets = toy_batches(3)
    broken = images.astype("float32")
    broken[8:] = np.nan
    model, _ = trained(ak.weighting.FAMO(), keras.optimizers.SGD(1e-2), broken, targets, 2)
    before = [np.array(variable) for variable in model.variables]
    model.train_on_batch(*batch_of((broken, targets), 2))
    for a, b in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(a, np.array(b), err_msg=b.path)
    model.train_on_batch(*batch_of((broken, targets), 0))
    assert np.isfinite(np.concatenate([np.ravel(v) for v in model.variables])).all()


def test_class_weights_do_not_take_it_in():
    with pytest.raises(ak.errors.ConfigError, match="needs the losses of a batch once more"):
        ak.weighting.ClassWiseWeighting(12, task_weighting=ak.weighting.FAMO())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": 0}, "learning_rate must be a finite number above 0"),
        ({"decay": -0.1}, "decay must be a finite number, 0 or above"),
        ({"decay": float("nan")}, "decay must be a finite number, 0 or above"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.FAMO(**arguments)
