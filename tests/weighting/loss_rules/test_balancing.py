"""TWB and FTWB against the NumPy program of the paper, and against hand arithmetic."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.balancing import cross_entropy, depth_l1, trajectory
from tests.toys import batch_of, toy_batches, toy_model
from tests.weighting.contracts import WeightingContract
from tests.weighting.player import attached, step


class TestTaskWeightBalancing(WeightingContract):
    def make(self):
        return ak.weighting.TaskWeightBalancing()


WEIGHTINGS = {
    "twb": (lambda m: ak.weighting.TaskWeightBalancing(momentum=m), None),
    "ftwb": (lambda m: ak.weighting.FocusedTaskWeightBalancing(momentum=m), "loss"),
    "ftwb_fixed": (lambda m: ak.weighting.FocusedTaskWeightBalancing(2.5, momentum=m), 2.5),
}


def recorded(weighting, data, batches, main="segmentation"):
    """Trains batch by batch; returns the weights after each and the losses NumPy finds."""
    auxiliary = "depth" if main == "segmentation" else "segmentation"
    keras.utils.set_random_seed(3)
    model = toy_model(main, auxiliary)
    model.compile(keras.optimizers.Adam(1e-2))
    weighting.set_model(model)
    weights, losses, present = [], [], []
    for index in range(batches):
        images, targets = batch_of(data, index)
        prediction = model(images, training=False)  # BatchNormalization is switched off below
        prediction = {task: np.array(value) for task, value in prediction.items()}
        values = {
            "segmentation": cross_entropy(targets["segmentation"], prediction["segmentation"]),
            "depth": depth_l1(targets["depth"], prediction["depth"]),
        }
        losses.append((values[main], values[auxiliary]))
        present.append(
            bool((targets["segmentation"] != 255).any() and (targets["depth"] >= 0).any())
        )
        model.train_on_batch(images, targets)
        weights.append((weighting.weights[main], weighting.weights[auxiliary]))
    return weights, losses, present


@pytest.fixture(autouse=True)
def inference_statistics(request, monkeypatch):
    """BatchNormalization by its moving averages, so that NumPy can see the losses of a step."""
    if request.cls is not None:  # the contract needs no oracle
        return
    original = keras.layers.BatchNormalization.call
    monkeypatch.setattr(
        keras.layers.BatchNormalization,
        "call",
        lambda self, inputs, training=None, mask=None: original(self, inputs, False, mask),
    )


@pytest.mark.parametrize("name", WEIGHTINGS)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("main", ["segmentation", "depth"])
def test_follows_the_oracle(name, momentum, main):
    make, focus = WEIGHTINGS[name]
    data = toy_batches(20)
    data[1]["segmentation"][8:12] = 255  # a batch without labels
    data[1]["depth"][20:24] = -1.0  # and one without depth
    weights, losses, present = recorded(make(momentum), data, 20, main)
    assert present.count(False) == 2
    np.testing.assert_allclose(weights, trajectory(losses, present, momentum, focus), rtol=1e-4)


def test_hand_arithmetic():
    # One batch with L_seg = log 4 (equal logits) and L_depth = 10 (prediction 0, truth 10).
    images = np.zeros((1, 8, 12, 3), np.uint8)
    targets = {
        "segmentation": np.zeros((1, 8, 12), np.uint8),
        "depth": np.full((1, 8, 12, 1), 10.0, np.float32),
    }
    main, auxiliary = np.log(4.0), 10.0
    cases = {
        (None, 0.0): (auxiliary, main),
        (None, 0.9): (0.9 + 0.1 * auxiliary, 0.9 + 0.1 * main),
        ("loss", 0.0): (main * auxiliary, main),
        (3.0, 0.5): (0.5 + 0.5 * 3.0 * auxiliary, 0.5 + 0.5 * main),
    }
    for (focus, momentum), expected in cases.items():
        model = toy_model()
        model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
        model.compile(keras.optimizers.SGD(0.0))
        weighting = (
            ak.weighting.TaskWeightBalancing(momentum)
            if focus is None
            else ak.weighting.FocusedTaskWeightBalancing(focus, momentum)
        )
        weighting.set_model(model)
        model.train_on_batch(images, targets)
        assert tuple(weighting.weights.values()) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("make", "closed_form", "main_factor", "auxiliary_factor"),
    [
        # d(2 s d) = 2 d ds + 2 s dd
        (
            lambda: ak.weighting.TaskWeightBalancing(mode="product"),
            lambda s, d: 2 * s * d,
            lambda s, d: 2 * d,
            lambda s, d: 2 * s,
        ),
        # d((s + 1) s d) = (2 s + 1) d ds + (s^2 + s) dd
        (
            lambda: ak.weighting.FocusedTaskWeightBalancing(mode="product"),
            lambda s, d: (s + 1) * s * d,
            lambda s, d: (2 * s + 1) * d,
            lambda s, d: s * s + s,
        ),
        # d((f + 1) s d) with f = 2
        (
            lambda: ak.weighting.FocusedTaskWeightBalancing(2.0, mode="product"),
            lambda s, d: 3 * s * d,
            lambda s, d: 3 * d,
            lambda s, d: 3 * s,
        ),
    ],
)
def test_product_mode_differentiates_the_closed_form(
    make, closed_form, main_factor, auxiliary_factor
):
    data = toy_batches(1)
    images, targets = batch_of(data, 0)

    def step(weighting=None, loss_weights=None):
        keras.utils.set_random_seed(1)
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-3), loss_weights=loss_weights)
        if weighting is not None:
            weighting.set_model(model)
        before = [np.array(v) for v in model.trainable_variables]
        logs = model.train_on_batch(images, targets, return_dict=True)
        after = [np.array(v) for v in model.trainable_variables]
        return logs, [b - a for a, b in zip(before, after, strict=True)]

    weighting = make()
    logs, moved = step(weighting)
    s, d = float(logs["segmentation_loss"]), float(logs["depth_loss"])
    assert float(logs["loss"]) == pytest.approx(closed_form(s, d), rel=1e-4)
    _, expected = step(
        loss_weights={"segmentation": main_factor(s, d), "depth": auxiliary_factor(s, d)}
    )
    for found, wanted in zip(moved, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-6)


def test_normalize_divides_the_weights_in_force_by_their_mean():
    data = toy_batches(5)
    plain, _, _ = recorded(ak.weighting.FocusedTaskWeightBalancing(momentum=0.0), data, 1)
    normal, _, _ = recorded(
        ak.weighting.FocusedTaskWeightBalancing(momentum=0.0, normalize=True), data, 1
    )
    expected = np.array(plain[0]) / np.mean(plain[0])
    np.testing.assert_allclose(normal[0], expected, rtol=1e-5)
    assert np.mean(normal[0]) == pytest.approx(1.0)


def test_weights_are_those_of_the_batch_before():
    # The first step uses lambda(0) = 1: it moves the network as equal weights do.
    images, targets = batch_of(toy_batches(1), 0)
    moved = []
    for weighting in (None, ak.weighting.TaskWeightBalancing(momentum=0.0)):
        keras.utils.set_random_seed(1)
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-2))
        if weighting is not None:
            weighting.set_model(model)
        model.train_on_batch(images, targets)
        moved.append([np.array(v) for v in model.trainable_variables])
    for a, b in zip(*moved, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("weighting", ["TaskWeightBalancing", "FocusedTaskWeightBalancing"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"momentum": 1.0}, r"in \[0, 1\)"),
        ({"momentum": -0.1}, r"in \[0, 1\)"),
        ({"mode": "detach"}, "did you mean 'detached'"),
        ({"mode": "product", "momentum": 0.9}, "nothing to average"),
    ],
)
def test_bad_arguments(weighting, arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        getattr(ak.weighting, weighting)(**arguments)


@pytest.mark.parametrize("focus", ["main", 0, -1.0, float("nan"), None])
def test_bad_focus(focus):
    with pytest.raises(ak.errors.ConfigError, match="'loss' or a number > 0"):
        ak.weighting.FocusedTaskWeightBalancing(focus)


def test_defaults():
    assert ak.weighting.TaskWeightBalancing().momentum == 0.9
    assert ak.weighting.FocusedTaskWeightBalancing().focus == "loss"
    assert ak.weighting.TaskWeightBalancing(mode="product").momentum == 0.0


# --- More than two tasks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: ak.weighting.TaskWeightBalancing(momentum=0.0), [15.0, 10.0, 6.0]),
        (lambda: ak.weighting.TaskWeightBalancing(momentum=0.5), [8.0, 5.5, 3.5]),
        (lambda: ak.weighting.FocusedTaskWeightBalancing(momentum=0.0), [30.0, 10.0, 6.0]),
        (lambda: ak.weighting.FocusedTaskWeightBalancing(4.0, 0.0), [60.0, 10.0, 6.0]),
    ],
)
def test_three_tasks_by_hand(make, expected):
    weighting = attached(make(), 3)
    np.testing.assert_array_equal(step(weighting, [2.0, 3.0, 5.0]), [1.0, 1.0, 1.0])
    np.testing.assert_allclose(list(weighting.weights.values()), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        # 3 L_m L_a L_b
        (lambda: ak.weighting.TaskWeightBalancing(mode="product"), [45.0, 30.0, 18.0]),
        # (L_m + 2) L_m L_a L_b
        (lambda: ak.weighting.FocusedTaskWeightBalancing(mode="product"), [90.0, 40.0, 24.0]),
        # (f + 2) L_m L_a L_b
        (
            lambda: ak.weighting.FocusedTaskWeightBalancing(4.0, mode="product"),
            [90.0, 60.0, 36.0],
        ),
    ],
)
def test_the_product_of_three_losses_is_differentiated(make, expected):
    found = step(attached(make(), 3), [2.0, 3.0, 5.0])
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_balanced_terms_are_equal_for_any_number_of_tasks():
    losses = [2.0, 0.3, 5.0]
    weighting = attached(ak.weighting.TaskWeightBalancing(momentum=0.0), 3)
    step(weighting, losses)
    terms = np.array(losses) * list(weighting.weights.values())
    np.testing.assert_allclose(terms, np.prod(losses), rtol=1e-6)
