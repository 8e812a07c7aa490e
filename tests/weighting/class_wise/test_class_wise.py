"""Class weights against the NumPy program of the paper: update by update, and in real fits."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.losses.task_loss import TaskLoss
from tests.oracles import class_wise as oracle
from tests.oracles import losses as loss_oracle
from tests.toys import CLASSES, SIZE, batch_of, toy_batches, toy_model
from tests.weighting.contracts import VariantContract, WeightingContract

EDGES = [5.0, 10.0, 20.0]
OPTIONS = {"step_size": 0.005, "start_epoch": 0}


def with_task_weights(flat, weighting):
    composed = getattr(weighting, "task_weighting", None)
    return np.array([*flat, *(composed.weights.values() if composed else ())])


class TestClassWiseWeighting(WeightingContract):
    """With all that can be added to it; plain, it is in the tests below."""

    def arguments(self):
        balancing = ak.weighting.TaskWeightBalancing()
        return {"depth_bins": EDGES, "window": 2, "task_weighting": balancing, **OPTIONS}

    def make(self):
        return ak.weighting.ClassWiseWeighting(**self.arguments())

    def make_scheduled(self):
        return ak.weighting.ClassWiseWeighting(**{**self.arguments(), "start_epoch": 1})

    def flat(self, weighting):
        return with_task_weights(super().flat(weighting), weighting)


class TestTheAuthorsProgram(VariantContract):
    def make(self):
        return ak.weighting.ClassWiseWeighting(depth_bins=EDGES, rule="program", **OPTIONS)

    def make_scheduled(self):
        options = {**OPTIONS, "start_epoch": 1}
        return ak.weighting.ClassWiseWeighting(depth_bins=EDGES, rule="program", **options)

    def flat(self, weighting):
        return with_task_weights(super().flat(weighting), weighting)


# --- Update by update: the step is given losses, so that nothing but the rule is compared --------


def random_batches(count, classes=CLASSES, seed=0, shape=(2, 6, 10)):
    """Losses that fall and wobble, class by class; a third of the pixels without a target."""
    generator = np.random.default_rng(seed)
    speed = generator.uniform(-0.002, 0.01, (2, classes))
    batches = []
    for t in range(count):
        ids = generator.integers(0, classes, shape)
        level = np.exp(-speed * t + 0.05 * generator.normal(size=(2, classes)))
        main, auxiliary = (
            (row[ids] * generator.uniform(0.5, 1.5, shape)).astype(np.float32) for row in level
        )
        main_valid, valid = (generator.random(shape) > 0.3 for _ in range(2))
        batches.append(oracle.Batch(main, main_valid, auxiliary, valid, np.where(valid, ids, -1)))
    return batches


def attached(main="depth", **options):
    """A weighting on a model that never trains."""
    model = toy_model(main, "segmentation" if main == "depth" else "depth")
    model.compile("sgd", metrics=None)
    weighting = ak.weighting.ClassWiseWeighting(**{**OPTIONS, **options})
    weighting.set_model(model)
    return weighting


def task_loss(values, valid, target=None):
    valid = tf.cast(valid, "float32")
    values = tf.where(valid > 0, values, 0.0)
    total, count = tf.reduce_sum(values * valid), tf.reduce_sum(valid)
    mean = tf.math.divide_no_nan(total, count)
    return TaskLoss(mean, total, count, count > 0, values, valid, target)


def played(weighting, batches, epochs=None):
    """Weights after each batch, and each batch's objective."""

    @tf.function
    def step(main, main_valid, auxiliary, valid, classes):
        labels = tf.where(classes < 0, 255, classes)
        losses = {
            "depth": task_loss(main, main_valid),
            "segmentation": task_loss(auxiliary, valid, labels),
        }
        objective = weighting.total(losses)
        weighting.update(losses)
        return objective

    weights, objectives = [], []
    for t, batch in enumerate(batches):
        if epochs is not None:
            weighting.schedule(epochs[t])
        parts = (batch.main, batch.main_valid, batch.auxiliary, batch.auxiliary_valid)
        objectives.append(float(step(*parts, batch.classes.astype(np.int32))))
        weights.append(weighting.weights["segmentation"])
    return np.array(weights), np.array(objectives)


def deviation(batches, epochs=None, **options):
    """The largest difference to the oracle's weights, and these [batches, C]."""
    options = {**OPTIONS, **options}
    weighting = attached(**options)
    weights, objectives = played(weighting, batches, epochs)
    epochs = [0] * len(batches) if epochs is None else epochs
    states = oracle.trajectory(batches, epochs, CLASSES, **options)
    expected = np.array([state.w for state in states])
    np.testing.assert_allclose(objectives, [state.total for state in states], rtol=1e-4)
    np.testing.assert_array_equal(weighting._class_weights.rule.updates, states[-1].count)
    return np.abs(weights - expected).max(), expected


@pytest.mark.parametrize("rule", ["paper", "sign"])
@pytest.mark.parametrize("normalize_by", ["total", "class"])
@pytest.mark.parametrize("window", [1, 3])
def test_240_batches_follow_the_oracle(rule, normalize_by, window):
    batches = random_batches(240, seed=1)
    worst, expected = deviation(batches, rule=rule, normalize_by=normalize_by, window=window)
    print(f"largest deviation {worst:.1e}")
    assert expected.min() > 0
    assert np.ptp(expected) > 0.05
    assert worst < 1e-4


@pytest.mark.parametrize("rule", ["paper", "sign"])
@pytest.mark.parametrize("window", [1, 3])
def test_absent_classes_single_classes_and_empty_batches(rule, window):
    batches = random_batches(60, seed=2)
    for t, batch in enumerate(batches):
        if t % 4 == 1:  # class 2 without a label, class 3 without a pixel of the main task
            batch.classes[batch.classes == 2] = -1
            batch.main_valid[batch.classes == 3] = False
        if t % 7 == 2:
            batch.classes[...] = 1
        if t % 9 == 3:
            batch.classes[...] = -1
        if t % 11 == 4:
            batch.main_valid[...] = False
        if t % 13 == 5:
            batch.classes[...] = -1
            batch.main_valid[...] = False
        batch.auxiliary_valid = batch.classes >= 0
    worst, expected = deviation(batches, rule=rule, window=window)
    assert len(np.unique(expected[-1])) == CLASSES
    assert worst < 1e-4


def test_a_class_that_never_occurs_keeps_its_weight():
    batches = random_batches(20)
    for batch in batches:
        batch.classes[batch.classes == 2] = -1
        batch.auxiliary_valid = batch.classes >= 0
    weights, _ = played(attached(), batches)
    assert (weights[:, 2] == 1).all()
    assert (weights[-1, [0, 1, 3]] != 1).all()


@pytest.mark.parametrize("window", [1, 4])
def test_nothing_moves_before_the_start_epoch_but_losses_are_recorded(window):
    batches, epochs = random_batches(30), np.repeat(np.arange(5), 6).tolist()
    worst, expected = deviation(batches, epochs, start_epoch=3, window=window)
    assert (expected[:18] == 1).all()
    assert (expected[19] != 1).all()  # L(t-1) is known from before the gate opened
    assert worst < 1e-4


def one_pixel(main, auxiliary):
    values = (np.full((1, 1, 1), v, np.float32) for v in (main, 1, auxiliary, 1))
    return oracle.Batch(*values, np.zeros((1, 1, 1), int))


def test_one_update_by_hand():
    # One class, one pixel: L_main 2 -> 1, L_aux 4 -> 3, so g = (-1/2) / (-1/4) * 3 = 6 > 0.
    weighting = attached()
    weights, objectives = played(weighting, [one_pixel(2, 4), one_pixel(1, 3)])
    np.testing.assert_allclose(objectives, [6, 4], rtol=1e-6)
    np.testing.assert_allclose(weighting._class_weights.rule._m[0], 0.6, rtol=1e-5)
    np.testing.assert_allclose(weighting._class_weights.rule._v[0], 0.036, rtol=1e-5)
    np.testing.assert_allclose(weights[:, 0], [1, 0.995], rtol=1e-6)
    np.testing.assert_array_equal(weights[:, 1:], 1)


@pytest.mark.parametrize(
    ("main", "auxiliary", "epsilon", "g"),
    [
        ((2, 2), (4, 4), 1e-8, 4.0),  # nothing changed: eps / eps * A
        ((2, 2), (4, 3), 0.05, 0.05 / -0.2 * 3),
        ((2, 1), (4, 4), 1e-20, -1e15),  # -1/2 / eps * A, clipped
        ((0, 1), (4, 3), 1e-8, 1e12 / -0.25 * 3),  # L_main(0) = 0 counts as 1e-12
    ],
)
def test_constants_of_the_rule_by_hand(main, auxiliary, epsilon, g):
    weighting = attached(epsilon=epsilon)
    played(weighting, [one_pixel(*losses) for losses in zip(main, auxiliary, strict=True)])
    np.testing.assert_allclose(weighting._class_weights.rule._m[0], 0.1 * g, rtol=1e-5)


@pytest.mark.parametrize("broken", [(np.inf, 3), (1, np.inf)])
def test_a_loss_that_overflows_is_as_if_the_class_were_absent(broken):
    weighting = attached()
    played(weighting, [one_pixel(2, 4), one_pixel(*broken), one_pixel(1, 3)])
    np.testing.assert_allclose(weighting._class_weights.rule._m[0], 0.6, rtol=1e-5)
    np.testing.assert_array_equal(weighting._class_weights.rule.updates, [1, 0, 0, 0])


def test_steps_of_the_authors_program():
    # k(n) of papers.md: 1, 0.48 at n = 10, 0.98 at n = 100.
    weighting = attached(rule="sign", step_size=1e-3)
    batches = []
    for t in range(101):  # both losses fall, so that every sign is +1
        full = np.full((1, 2, 2), 1 - 0.005 * t, np.float32)
        valid = np.ones((1, 2, 2), bool)
        batches.append(oracle.Batch(full, valid, full**2, valid, np.zeros((1, 2, 2), int)))
    weights, _ = played(weighting, batches)
    steps = -np.diff(weights[:, 0]) / 1e-3
    np.testing.assert_allclose(steps[[0, 9, 99]], [1.0, 0.4844, 0.9758], atol=5e-4)


def absent_now_and_then(batches):
    for t, batch in enumerate(batches):
        if t % 4 == 1:
            batch.classes[batch.classes == 2] = -1
        if t % 7 == 2:
            batch.classes[...] = 1
        batch.auxiliary_valid = batch.classes >= 0
    return batches


@pytest.mark.parametrize("start_epoch", [0, 2])
@pytest.mark.parametrize("absent", [False, True])
def test_the_authors_program_update_by_update(start_epoch, absent):
    batches = random_batches(120, seed=5)
    if absent:  # of all pixels of a class, so that the program's "absent" is ours
        batches = absent_now_and_then(batches)
        for batch in batches:
            batch.main_valid = np.ones_like(batch.main_valid)
    epochs = np.repeat(np.arange(4), 30).tolist()
    weighting = attached(rule="program", start_epoch=start_epoch)
    assert isinstance(weighting.task_weighting, ak.weighting.FirstLossWeights)
    weights, objectives = played(weighting, batches, epochs)
    expected, totals = oracle.program_trajectory(
        batches, epochs, CLASSES, step_size=OPTIONS["step_size"], start_epoch=start_epoch
    )
    np.testing.assert_allclose(objectives, totals, rtol=1e-4)
    assert (expected[: 30 * start_epoch + 1] == 1).all() and np.ptp(expected) > 0.02
    # A class has half or twice a step where float32 finds another sign of a change near 0.
    assert np.abs(weights - expected).max() < 1e-4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"normalize_by": "class"}, "leave out normalize_by"),
        ({"task_weighting": ak.weighting.TaskWeightBalancing()}, "leave out task_weighting"),
    ],
)
def test_the_program_has_no_other_scale(options, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.ClassWiseWeighting(rule="program", **options)


@pytest.mark.parametrize("rule", ["paper", "sign", "program"])
def test_weights_that_meet_0_stay_finite(rule):
    weights, objectives = played(attached(rule=rule, step_size=0.1), random_batches(120))
    assert (weights == 0).any()
    assert (weights >= 0).all()
    assert np.isfinite(weights).all()
    assert np.isfinite(objectives).all()


def test_losses_that_do_not_change_or_vanish_are_survived():
    batches = random_batches(1) * 6
    silent = oracle.Batch(*(0 * v if v.dtype == "f4" else v for v in vars(batches[0]).values()))
    weights, _ = played(attached(), [silent, *batches, silent, silent])
    assert np.isfinite(weights).all()


def test_pixels_of_no_class_count_in_n_main_and_nowhere_else():
    batches = random_batches(30)
    for batch in batches:
        batch.classes[:, :3] = -1  # half of the image, valid for the main task
        batch.auxiliary_valid = batch.classes >= 0
    assert deviation(batches)[0] < 1e-4


def test_weights_of_pixels_are_honoured():
    batches = random_batches(60, seed=3)
    generator = np.random.default_rng(0)
    for batch in batches:
        for name in ("main_valid", "auxiliary_valid"):
            valid = getattr(batch, name) * generator.uniform(0.5, 2, batch.main.shape)
            setattr(batch, name, valid.astype(np.float32))
    assert deviation(batches)[0] < 1e-4


# --- In real fits --------------------------------------------------------------------------------


class Recorder(keras.callbacks.Callback):
    """The losses of every pixel before each batch, and the class weights after it."""

    def __init__(self, data, weighting, bins=None):
        super().__init__()
        self.data, self.weighting, self.bins = data, weighting, bins
        self.batches, self.weights, self.losses = [], [], []

    def on_train_batch_begin(self, batch, logs=None):
        images, targets = batch_of(self.data, batch)
        prediction = {task: np.array(v) for task, v in self.model(images).items()}
        labels, depth = targets["segmentation"], targets["depth"][..., 0]
        maps = {
            "segmentation": loss_oracle.cross_entropy(labels, prediction["segmentation"])[:2],
            "depth": loss_oracle.depth_l1(depth, prediction["depth"][..., 0])[:2],
        }
        if self.bins is None:
            classes = np.where(labels == 255, -1, labels.astype(int))
        else:
            classes = np.where(depth < 0, -1, np.searchsorted(self.bins, depth, side="right"))
        main, auxiliary = self.model.tasks
        self.batches.append(oracle.Batch(*maps[main], *maps[auxiliary], classes))

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append(self.weighting.weights[self.model.auxiliary])


def fitted(main, weighting, batches=20, epochs=3, **compiled):
    """Trains for real; the recorder, the history, and the epoch of every batch."""
    keras.utils.set_random_seed(4)
    model = toy_model(main, "segmentation" if main == "depth" else "depth", batch_norm=False)
    model.compile(keras.optimizers.Adam(1e-3), metrics=None, **compiled)
    data = toy_batches(batches)
    recorder = Recorder(data, weighting, EDGES if main == "segmentation" else None)
    history = model.fit(
        *data,
        batch_size=4,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[recorder, weighting],
    ).history
    return recorder, history, np.repeat(np.arange(epochs), batches).tolist()


@pytest.mark.parametrize(
    ("main", "compiled"),
    [("depth", {}), ("depth", {"jit_compile": True}), ("segmentation", {})],
)
def test_a_real_fit_follows_the_oracle_in_both_roles(main, compiled):
    options = {"step_size": 0.005, "start_epoch": 1}
    weighting = ak.weighting.ClassWiseWeighting(depth_bins=EDGES, **options)
    recorder, history, epochs = fitted(main, weighting, **compiled)
    states = oracle.trajectory(recorder.batches, epochs, CLASSES, **options)
    expected = np.array([state.w for state in states])
    worst = np.abs(np.array(recorder.weights) - expected).max()
    print(f"largest deviation {worst:.1e}")
    assert (expected[:20] == 1).all()
    assert np.ptp(expected[-1]) > 0.02
    assert worst < 1e-4
    objectives = np.reshape([state.total for state in states], (3, -1)).mean(axis=1)
    np.testing.assert_allclose(history["loss"], objectives, rtol=1e-4)
    names = list("0123") if main == "depth" else ["depth_0-5", "depth_5-10", "depth_10-20"]
    for c, name in enumerate(names):
        found = history[f"class_weight_{name}"]
        np.testing.assert_allclose(found, expected[19::20, c], atol=1e-4)


def test_a_second_fit_goes_on():
    whole = ak.weighting.ClassWiseWeighting(step_size=0.005, start_epoch=1)
    recorder, _, _ = fitted("depth", whole, epochs=2)
    parts = ak.weighting.ClassWiseWeighting(step_size=0.005, start_epoch=1)
    first, _, _ = fitted("depth", parts, epochs=1)
    model, data = first.model, first.data
    model.fit(
        *data, batch_size=4, initial_epoch=1, epochs=2, shuffle=False, verbose=0, callbacks=[parts]
    )
    np.testing.assert_allclose(parts.weights["segmentation"], recorder.weights[-1], rtol=1e-5)


def test_a_resumed_run_ends_as_if_it_had_never_stopped(tmp_path):
    def run(epochs, folder):
        weighting = ak.weighting.ClassWiseWeighting(step_size=0.005, start_epoch=1, window=3)
        keras.utils.set_random_seed(4)
        model = toy_model("depth", "segmentation")
        model.compile(keras.optimizers.Adam(1e-3), metrics=None)
        checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path / folder)
        history = model.fit(
            *toy_batches(5),
            batch_size=4,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=[weighting, checkpoint],
        ).history
        return [np.array(v) for v in weighting.state.variables], history

    expected, history = run(3, "whole")
    run(2, "stopped")
    found, rest = run(3, "stopped")
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    assert rest == {name: values[2:] for name, values in history.items()}


@pytest.mark.parametrize("main", ["segmentation", "depth"])
def test_a_weights_file_with_the_weights_of_other_classes_loads(tmp_path, main):
    first = attached("segmentation", depth_bins=[5.0, 10.0])
    first._class_weights.rule.weights.assign([2.0, 3.0, 4.0])
    first.model.save_weights(tmp_path / "three.weights.h5")
    second = attached(main, depth_bins=EDGES)  # four bins, or the four labels
    second.model.load_weights(tmp_path / "three.weights.h5")
    np.testing.assert_array_equal(second.weights[second.model.auxiliary], 1)
    for a, b in zip(first.model.trainable_variables, second.model.trainable_variables, strict=True):
        np.testing.assert_array_equal(np.array(a), np.array(b))


def test_depths_of_another_unit_are_noticed(caplog):
    model = toy_model()
    model.compile("sgd", metrics=None)
    weighting = ak.weighting.ClassWiseWeighting(depth_bins=[100.0, 200.0])
    model.fit(*toy_batches(1), verbose=0, callbacks=[weighting])
    assert "class depth_0-100 of 'depth'" in caplog.text


@pytest.mark.parametrize(("start", "warns"), [(2, True), (1, False)])
def test_a_start_after_the_end_is_noticed(caplog, start, warns):
    model = toy_model("depth", "segmentation")
    model.compile("sgd", metrics=None)
    weighting = ak.weighting.ClassWiseWeighting(start_epoch=start)
    model.fit(*toy_batches(1), epochs=2, verbose=0, callbacks=[weighting])
    assert ("no class weight will change" in caplog.text) == warns


def test_class_names_are_in_the_logs():
    toy = toy_model("depth", "segmentation")
    names = ["road", "lane marking", "sky", "car"]
    model = ak.models.AuxiliaryModel(
        toy.input, toy.output, "depth", "segmentation", class_names=names
    )
    model.compile("sgd", metrics=None)
    balancing = ak.weighting.FixedWeights({"depth": 2.0, "segmentation": 0.5})
    weighting = ak.weighting.ClassWiseWeighting(task_weighting=balancing)
    history = model.fit(*toy_batches(1), verbose=0, callbacks=[weighting]).history
    assert [name for name in history if "weight_" in name] == [
        "weight_depth",
        "weight_segmentation",
        *(f"class_weight_{name}" for name in names),
    ]
    assert model.weighting is weighting


# --- Together with a task weighting --------------------------------------------------------------


def test_composition_with_a_task_weighting():
    options = {"step_size": 0.005, "start_epoch": 0}
    balancing = ak.weighting.TaskWeightBalancing(momentum=0.5)
    weighting = ak.weighting.ClassWiseWeighting(**options, task_weighting=balancing)
    recorder, history, epochs = fitted("depth", weighting, epochs=2)
    states = oracle.trajectory(recorder.batches, epochs, CLASSES, **options)
    # The class weights see no task weight.
    np.testing.assert_allclose(recorder.weights, [state.w for state in states], atol=1e-4)
    # The task weights see no class weight, and the objective has both.
    ones = np.ones(CLASSES)
    task_weights, class_weights, objectives = np.ones(2), ones, []
    for batch, state in zip(recorder.batches, states, strict=True):
        main = oracle.total(batch, 0 * ones, "total")
        auxiliary = oracle.total(batch, ones, "total") - main
        weighted = oracle.total(batch, class_weights, "total") - main
        objectives.append(task_weights @ [main, weighted])
        task_weights = 0.5 * task_weights + 0.5 * np.array([auxiliary, main])
        class_weights = state.w
    np.testing.assert_allclose(list(balancing.weights.values()), task_weights, rtol=1e-4)
    means = np.reshape(objectives, (2, -1)).mean(axis=1)
    np.testing.assert_allclose(history["loss"], means, rtol=1e-4)


def test_the_gradient_is_that_of_the_weighted_sum():
    weighting = attached(start_epoch=5)
    batch = random_batches(1)[0]
    weighting._class_weights.rule.weights.assign([0.0, 1.0, 2.0, 3.0])
    values = tf.Variable(batch.auxiliary)
    with tf.GradientTape() as tape:
        losses = {
            "depth": task_loss(batch.main, batch.main_valid),
            "segmentation": task_loss(
                values, batch.auxiliary_valid, np.where(batch.classes < 0, 255, batch.classes)
            ),
        }
        objective = weighting.total(losses)
    expected = np.where(batch.classes < 0, 0, batch.classes) / batch.auxiliary_valid.sum()
    np.testing.assert_allclose(tape.gradient(objective, values), expected, rtol=1e-6)


# --- Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step_size": -1e-4}, "step_size must be a finite number > 0"),
        ({"step_size": float("nan")}, "step_size must be"),
        ({"epsilon": 0.0}, "epsilon must be"),
        ({"start_epoch": -1}, "start_epoch must be an integer, 0 or more"),
        ({"window": 0}, "window must be an integer, 1 or more"),
        ({"window": 1.5}, "window must be an integer"),
        ({"num_classes": 0}, "num_classes must be an integer"),
        ({"rule": "papr"}, "did you mean 'paper'"),
        ({"normalize_by": "pixel"}, "Unknown normalize_by"),
        ({"depth_bins": []}, "at least one"),
        ({"depth_bins": [5.0, 5.0]}, "must be >= 0 and increase"),
        ({"depth_bins": [-1.0, 5.0]}, "must be >= 0 and increase"),
        ({"step_size": "fast"}, "step_size must be a finite number > 0"),
        ({"depth_bins": [5.0, float("inf")]}, "finite edges"),
        ({"depth_bins": [5.0, float("nan")]}, "finite edges"),
        ({"depth_bins": 5.0}, "at least one"),
        ({"depth_bins": "kitty"}, "Unknown preset of depth bins"),
        ({"depth_bins": "vkitti:feet"}, "Unknown depth unit"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.ClassWiseWeighting(**arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda w: w.ClassWiseWeighting(), "one number per task"),
        (lambda w: "twb", "one number per task"),
        (lambda w: w.TaskWeightBalancing(mode="product"), "Use mode='detached'"),
    ],
)
def test_task_weightings_that_make_no_sense(make, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.weighting.ClassWiseWeighting(task_weighting=make(ak.weighting))


@pytest.mark.parametrize(
    ("main", "arguments", "message"),
    [
        ("segmentation", {}, "Pass depth_bins="),
        ("segmentation", {"depth_bins": EDGES, "num_classes": 3}, "make 4 bins"),
        ("depth", {"num_classes": CLASSES + 1}, f"has {CLASSES} channels"),
    ],
)
def test_classes_that_are_not_the_models(main, arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        attached(main, **arguments)


def test_a_loss_without_pixels_is_refused():
    model = toy_model()
    losses = {"segmentation": ak.losses.PixelCrossEntropy(), "depth": "mse"}
    model.compile("sgd", losses, metrics=None)
    with pytest.raises(ak.errors.ConfigError, match="per_pixel"):
        ak.weighting.ClassWiseWeighting(depth_bins=EDGES).set_model(model)


def test_labels_out_of_range_are_refused_after_the_epoch():
    images, targets = toy_batches(2)
    targets["segmentation"][0, 0, :3] = CLASSES
    model = toy_model("depth", "segmentation")
    model.compile("sgd", metrics=None)
    weighting = ak.weighting.ClassWiseWeighting()
    with pytest.raises(ak.errors.ConfigError, match=r"3 pixels of epoch 0 .* classes 0\.\.3"):
        model.fit(images, targets, verbose=0, callbacks=[weighting])


def test_weights_before_fit_say_what_to_do():
    with pytest.raises(ak.errors.ConfigError, match="Pass it to fit"):
        _ = ak.weighting.ClassWiseWeighting().weights


def test_presets_are_in_the_networks_pixels():
    weighting = attached("segmentation", depth_bins="cityscapes")
    scale = SIZE[1] / 2048
    np.testing.assert_allclose(weighting.classes.edges, np.arange(10, 131, 10) * scale, rtol=1e-6)
    assert weighting.weights["depth"].shape == (14,)


def test_presets_in_pixels_need_the_images_width():
    image = keras.Input((None, None, 3))
    maps = {"segmentation": 3, "depth": 1}
    outputs = {task: keras.layers.Conv2D(n, 1)(image) for task, n in maps.items()}
    model = ak.models.AuxiliaryModel(image, outputs)
    model.compile()
    with pytest.raises(ak.errors.ConfigError, match="depends on the image width"):
        ak.weighting.ClassWiseWeighting(depth_bins="cityscapes").set_model(model)
    ak.weighting.ClassWiseWeighting(depth_bins="nyuv2").set_model(model)
