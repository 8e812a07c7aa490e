"""Batches with NaN or infinity: they move nothing, and are raised, skipped or rolled back."""

import itertools
import logging
import pickle

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.callbacks.non_finite import NonFiniteError
from auxnet_keras.core.step_state import hand_back
from tests.toys import CLASSES, batch_of, toy_batches, toy_model

WEIGHTINGS = {
    "none": lambda: None,
    "ftwb": ak.weighting.FocusedTaskWeightBalancing,
    "class_wise": lambda: ak.weighting.ClassWiseWeighting(
        depth_bins=[5.0, 10.0],
        start_epoch=0,
        window=2,
        task_weighting=ak.weighting.TaskWeightBalancing(),
    ),
    "mgda_representation": lambda: ak.weighting.MGDA(representation=True),
    "pareto": ak.weighting.ParetoMTL,
}


def poisoned(batches, *bad, what="image"):
    """Toy batches, of which those in `bad` have one bad number; images are float."""
    images, targets = toy_batches(batches)
    images = images.astype(np.float32)
    for number in bad:
        if what == "image":
            images[4 * number, 0, 0, 0] = np.nan
        else:
            targets["depth"][4 * number : 4 * number + 4] = 3e38  # the sum over pixels is infinite
    return images, targets


def model_for(*, dropout=False, optimizer="adam", metrics=None, **options):
    keras.utils.set_random_seed(0)
    model = toy_model()
    if dropout:
        features = keras.layers.Dropout(0.5)(model.get_layer("classes").input)
        outputs = {
            "segmentation": keras.layers.Conv2D(CLASSES, 1)(features),
            "depth": keras.layers.Conv2D(1, 1)(features),
        }
        model = ak.models.AuxiliaryModel(model.input, outputs)
    model.compile(optimizer, metrics=metrics, **options)
    return model


def state(model):
    """The bytes of every variable a step could move, but for the count of what it left out."""
    hand_back(model)
    own = [id(variable) for variable in model.guard.variables]
    metrics = [v for v in model.metrics_variables if id(v) not in own]
    variables = [*model.variables, *model.optimizer.variables, *metrics]
    return {f"{n} {v.name}": np.asarray(v).tobytes() for n, v in enumerate(variables)}


def fit(model, data, *callbacks, **options):
    history = model.fit(
        *data, batch_size=4, shuffle=False, verbose=0, callbacks=list(callbacks), **options
    )
    return history.history


class Snapshots(keras.callbacks.Callback):
    """The state after every execution."""

    def on_train_begin(self, logs=None):
        self.states = []

    def on_train_batch_end(self, batch, logs=None):
        self.states.append(state(self.model))


# --- Nothing moves ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_no_variable_moves_on_a_bad_batch(name):
    model = model_for()
    snapshots = Snapshots()
    weighting = WEIGHTINGS[name]()
    given = [snapshots, ak.callbacks.NonFinite("skip"), *([weighting] if weighting else [])]
    history = fit(model, poisoned(4, 2), *given)
    before, on_good, on_bad, after = snapshots.states
    assert before != on_good
    assert on_good == on_bad
    assert on_bad != after
    assert history["skipped_batches"] == [1.0]
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.parametrize(
    "options",
    [
        {"jit_compile": True},
        {"metrics": "auto"},
        {"run_eagerly": True},
        {"optimizer": lambda: keras.optimizers.Adam(gradient_accumulation_steps=2)},
        {"optimizer": lambda: keras.optimizers.SGD(momentum=0.9, use_ema=True)},
        {"dropout": True},
    ],
    ids=["xla", "metrics", "eager", "accumulation", "ema", "dropout"],
)
def test_no_variable_moves_however_the_step_is_run(options):
    options = {name: each() if callable(each) else each for name, each in options.items()}
    model = model_for(**options)
    snapshots = Snapshots()
    fit(
        model,
        poisoned(3, 1),
        ak.weighting.TaskWeightBalancing(),
        ak.callbacks.NonFinite("skip"),
        snapshots,
    )
    good, bad, after = snapshots.states
    assert good == bad != after


def test_a_skipped_batch_is_as_if_it_had_not_been_there():
    images, targets = poisoned(5, 1, 3)
    left = np.r_[0:4, 8:12, 16:20]
    without = images[left], {task: target[left] for task, target in targets.items()}
    outcomes = []
    for data, options in (
        ((images, targets), {}),
        (without, {}),
        ((images, targets), {"steps_per_execution": 5}),
    ):
        model = model_for(dropout=True, **options)
        weighting = ak.weighting.FocusedTaskWeightBalancing()
        history = fit(model, data, weighting, ak.callbacks.NonFinite("skip"))
        history.pop("skipped_batches")
        outcomes.append((list(state(model).values()), history))
    assert outcomes[0] == outcomes[1]
    assert outcomes[2][1].keys() == outcomes[1][1].keys()
    for name, values in outcomes[1][1].items():
        assert outcomes[2][1][name] == pytest.approx(values, rel=1e-5), name


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    keras.mixed_precision.set_global_policy(policy)
    try:
        model = model_for()
    finally:
        keras.mixed_precision.set_global_policy("float32")
    snapshots = Snapshots()
    history = fit(model, poisoned(3, 1), ak.callbacks.NonFinite("skip"), snapshots)
    good, bad, _ = snapshots.states
    assert good == bad
    assert history["skipped_batches"] == [1.0]


def test_an_overflow_of_the_loss_scale_is_no_bad_batch():
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = model_for(optimizer=keras.optimizers.SGD(1e-3))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    weighting = ak.weighting.FixedWeights({"segmentation": 1e5, "depth": 1.0})
    fit(model, toy_batches(2), weighting)  # raises nothing
    assert float(model.optimizer.dynamic_scale) == 2.0**13  # both were halved
    assert int(model.optimizer.iterations) == 0


def test_gradients_that_add_up_to_infinity_count_as_infinite():
    rate, weight = 2e-38, 2e38
    model = model_for(
        optimizer=keras.optimizers.SGD(rate), loss_weights={"segmentation": 0.0, "depth": weight}
    )
    images, targets = toy_batches(1)
    targets["depth"] = np.where(targets["depth"] > 0, targets["depth"] / 1e4, -1.0)
    head = model.get_layer("metres")
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])  # all errors have one sign
    before = state(model)
    with pytest.raises(NonFiniteError, match=r"the gradient of .*metres.* is not"):
        fit(model, (images, targets))
    assert state(model) == before


class RootOfZero(keras.losses.Loss):
    """0, with a gradient that is not finite, as of sqrt(0); NaN only where the prediction is."""

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.sqrt(0.0 * y_pred))


def test_the_reason_of_one_bad_batch_is_not_that_of_the_next(caplog):
    losses = {"segmentation": ak.losses.PixelCrossEntropy(), "depth": RootOfZero()}
    with (
        caplog.at_level(logging.WARNING, "auxnet_keras"),
        pytest.raises(NonFiniteError, match=r"Every batch .* but the gradient of"),
    ):
        fit(model_for(loss=losses), poisoned(2, 0), ak.callbacks.NonFinite("skip"))
    first, second, *_ = (line for line in caplog.messages if line.startswith("Bad numbers"))
    assert "the segmentation loss and the depth loss are not finite" in first
    assert "but the gradient of shared/kernel is not" in second


def test_a_gradient_alone_is_enough_and_is_named():
    model = model_for(loss={"segmentation": ak.losses.PixelCrossEntropy(), "depth": RootOfZero()})
    before = model.get_weights()
    with pytest.raises(NonFiniteError, match="the gradient of shared/kernel is not"):
        fit(model, toy_batches(1))
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_train_on_batch_says_what_it_left_out():
    model = model_for()
    data = poisoned(2, 1)
    assert np.isfinite(model.train_on_batch(*batch_of(data, 0))[0])
    weights = model.get_weights()
    logs = model.train_on_batch(*batch_of(data, 1), return_dict=True)
    assert all(np.isnan(logs[name]) for name in ("loss", "segmentation_loss", "depth_loss"))
    assert logs["skipped_batches"] == 1.0
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert "skipped_batches" not in model.evaluate(*data, verbose=0, return_dict=True)


def test_a_frozen_model_has_no_gradients_to_look_at():
    model = model_for()
    model.trainable = False
    model.compile("sgd", metrics=None)
    assert np.isfinite(fit(model, toy_batches(1))["loss"]).all()
    with pytest.raises(NonFiniteError, match="loss are not finite"):
        fit(model, poisoned(1, 0))


# --- Raise --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("image", "the segmentation loss and the depth loss are not finite"),
        ("depth", "the depth loss is not finite"),
    ],
)
def test_raise_is_the_default_and_stops_before_the_update(what, reason):
    model = model_for(optimizer=keras.optimizers.SGD(1e-3))
    reference = model_for(optimizer=keras.optimizers.SGD(1e-3))
    data = poisoned(3, 2, what=what)
    with pytest.raises(NonFiniteError, match=f"batch 3 of epoch 1: .*{reason}") as caught:
        fit(model, data)
    assert (caught.value.epoch, caught.value.batch, caught.value.files) == (0, 2, [])
    fit(reference, (data[0][:8], {task: target[:8] for task, target in data[1].items()}))
    for a, b in zip(model.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    # And it goes on from there, with data that are sound.
    history = fit(model, toy_batches(2))
    assert np.isfinite(history["loss"]).all()
    assert "skipped_batches" not in history


def test_several_steps_per_execution_name_the_batch():
    model = model_for(steps_per_execution=8)
    with pytest.raises(NonFiniteError, match="batch 5 of epoch 1"):
        fit(model, poisoned(8, 4))
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_a_learning_rate_that_is_far_too_large():
    model = model_for(optimizer=keras.optimizers.SGD(1e20))
    with pytest.raises(NonFiniteError, match="lower the learning rate"):
        fit(model, toy_batches(4))


def test_weights_that_overflow_in_the_last_update_are_in_no_checkpoint(tmp_path):
    given = [
        ak.callbacks.BestWeights(tmp_path / "best.weights.h5"),
        ak.callbacks.ResumableCheckpoint(tmp_path),
    ]
    model = model_for(optimizer=keras.optimizers.SGD(3e38), loss_weights={"depth": 100.0})
    with pytest.raises(NonFiniteError, match="is not finite at the end of epoch 1"):
        fit(model, toy_batches(1), *given, validation_data=toy_batches(1))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".lock"]


def test_the_backup_of_the_epoch_before_stays(tmp_path):
    class Poison(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:  # an infinite loss from here on
                self.model.get_layer("metres").bias.assign([3e38])

    model = model_for()
    checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path)
    with pytest.raises(NonFiniteError, match="batch 1 of epoch 2: the depth loss is not finite"):
        fit(model, toy_batches(2), Poison(), checkpoint, epochs=3)
    saved = checkpoint.store.newest()
    assert saved.epoch == 1
    assert all(np.isfinite(array).all() for array in saved.arrays.values())


def test_the_files_of_the_batch_are_named(kitti_root):
    train = ak.data.load(
        "kitti", kitti_root, size=(32, 64), batch_size=4, seed=3, limit=20, augment=True
    )
    order = train.plan.order(1)
    wanted = [str(train.source_frames[i].image) for i in order[4:8]]
    image = keras.Input((32, 64, 3))
    outputs = {
        "segmentation": keras.layers.Conv2D(12, 1)(image),
        "depth": keras.layers.Conv2D(1, 1, name="metres")(image),
    }
    model = ak.models.AuxiliaryModel(image, outputs)
    model.compile("sgd", metrics=None)

    class Poison(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if (self.epoch, batch) == (1, 1):
                hand_back(self.model)
                self.model.get_layer("metres").bias.assign([np.nan])

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

    with pytest.raises(NonFiniteError, match="batch 2 of epoch 2") as caught:
        model.fit(train, epochs=2, verbose=0, callbacks=[Poison()])
    assert caught.value.files == wanted
    assert all(file in str(caught.value) for file in wanted)


# --- Skip ---------------------------------------------------------------------------------------


def test_skip_warns_ten_times_and_counts(caplog):
    bad = range(1, 14)
    policy = ak.callbacks.NonFinite("skip")
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        history = fit(model_for(), poisoned(14, *bad), policy)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 11
    assert lines[0].startswith("Bad numbers in batch 2 of epoch 1")
    assert lines[-1] == "13 batches were skipped in all"
    assert history["skipped_batches"] == [13.0]
    assert policy.skipped == 13


def test_the_count_is_of_an_epoch_and_a_column_of_every_row(tmp_path):
    history = ak.callbacks.HistoryFile(tmp_path / "history.csv")
    logs = fit(
        model_for(),
        poisoned(2, 1),
        ak.callbacks.NonFinite("skip"),
        history,
        epochs=2,
        validation_data=toy_batches(1),
    )
    assert logs["skipped_batches"] == [1.0, 1.0]
    assert "val_skipped_batches" not in logs
    head, *rows = (tmp_path / "history.csv").read_text().splitlines()
    column = head.split(",").index("skipped_batches")
    assert [row.split(",")[column] for row in rows] == ["1.0", "1.0"]


@pytest.mark.parametrize("steps", [1, 2])
def test_an_epoch_without_a_good_batch_raises(steps):
    model = model_for(steps_per_execution=steps)
    with pytest.raises(NonFiniteError, match=r"Every batch of epoch 1 .* depth loss are not"):
        fit(
            model,
            poisoned(3, 0, 1, 2),
            ak.callbacks.NonFinite("skip"),
            validation_data=toy_batches(1),
        )


def test_batches_without_any_target_are_not_bad():
    images, targets = toy_batches(3)
    targets["segmentation"][:8] = 255
    targets["depth"][4:12] = -1.0
    history = fit(model_for(), (images, targets), ak.callbacks.NonFinite("skip"))
    assert history["skipped_batches"] == [0.0]


# --- Rollback -----------------------------------------------------------------------------------


class Diverge(keras.callbacks.Callback):
    """Spoils the weights before the first batch of every epoch but the first."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch:
            self.model.get_layer("metres").bias.assign([np.nan])


def test_rollback_goes_back_to_the_newest_checkpoint(tmp_path, caplog):
    model = model_for()
    weighting = ak.weighting.TaskWeightBalancing()
    checkpoint = ak.callbacks.ResumableCheckpoint(tmp_path)
    policy = ak.callbacks.NonFinite("rollback")
    snapshots = Snapshots()
    given = [weighting, policy, Diverge(), snapshots, checkpoint]
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        history = fit(model, toy_batches(3), *given, epochs=2)
    assert policy.rollbacks == 1
    assert "rollback 1 of 3" in caplog.text
    assert history["skipped_batches"] == [0.0, 1.0]
    assert all(np.isfinite(values).all() for values in history.values())
    # After the bad batch everything is as it was at the end of the epoch before.
    ended, rolled_back = snapshots.states[2], snapshots.states[3]
    model_and_optimizer = len(model.variables) + len(model.optimizer.variables)
    assert (
        list(ended.items())[:model_and_optimizer] == list(rolled_back.items())[:model_and_optimizer]
    )


def test_a_rollback_to_an_earlier_epoch_does_not_shut_the_class_weights(tmp_path):
    class OneBadBatch(Diverge):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                super().on_epoch_begin(epoch)

    class Moved(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.after = []

        def on_train_batch_end(self, batch, logs=None):
            values = weighting.weights["depth"]
            self.after.append(bool((values != 1.0).any()))

    weighting = ak.weighting.ClassWiseWeighting(depth_bins=[10.0, 20.0], start_epoch=1)
    moved = Moved()
    fit(
        model_for(),
        toy_batches(4),
        *(weighting, ak.callbacks.NonFinite("rollback"), OneBadBatch(), moved),
        ak.callbacks.ResumableCheckpoint(tmp_path),
        epochs=2,
    )
    assert moved.after == [False] * 5 + [True] * 3


def test_rollback_gives_up_after_so_many(tmp_path):
    policy = ak.callbacks.NonFinite("rollback", max_rollbacks=2)
    given = [policy, Diverge(), ak.callbacks.ResumableCheckpoint(tmp_path)]
    with pytest.raises(NonFiniteError, match=r"batch 1 of epoch 4.* after 2 rollbacks\. "):
        fit(model_for(), toy_batches(2), *given, epochs=9)
    assert policy.rollbacks == 2


def test_rollback_before_the_first_checkpoint_raises(tmp_path):
    given = [ak.callbacks.NonFinite("rollback"), ak.callbacks.ResumableCheckpoint(tmp_path)]
    with pytest.raises(NonFiniteError, match="no checkpoint yet"):
        fit(model_for(), poisoned(2, 1), *given)


# --- Exploding weights --------------------------------------------------------------------------


def test_an_exploding_weight_is_told_once_with_its_batch(caplog):
    images, targets = toy_batches(4)
    targets["depth"] = np.where(targets["depth"] > 0, targets["depth"] * 1e12, -1.0)
    weighting = ak.weighting.TaskWeightBalancing(momentum=0.0)
    model = model_for(optimizer=keras.optimizers.SGD(0.0))
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        fit(model, (images, targets), weighting, epochs=2)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert lines[0].startswith("loss is ")
    assert lines[1].startswith("weight_segmentation is ")
    assert all("after batch 1 of epoch 1" in line for line in lines)


def test_a_weight_that_starts_large_is_no_explosion(caplog):
    weighting = ak.weighting.FixedWeights({"segmentation": 1e7, "depth": 1.0})
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        fit(model_for(optimizer=keras.optimizers.SGD(0.0)), toy_batches(1), weighting)
    assert not caplog.records


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"policy": "skipp"}, "did you mean 'skip'"),
        ({"policy": None}, "Known: raise, rollback, skip"),
        ({"max_rollbacks": 0}, "1 or more. Received: 0"),
        ({"max_rollbacks": 2.5}, "Received: 2.5"),
        ({"max_rollbacks": True}, "Received: True"),
    ],
)
def test_settings_that_cannot_be(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.callbacks.NonFinite(**arguments)


def test_what_a_fit_refuses():
    with pytest.raises(ak.errors.ConfigError, match=r"Add ak.callbacks.ResumableCheckpoint"):
        fit(model_for(), toy_batches(1), ak.callbacks.NonFinite("rollback"))
    two = ak.callbacks.NonFinite(), ak.callbacks.NonFinite("skip")
    with pytest.raises(ak.errors.ConfigError, match="at most one NonFinite"):
        fit(model_for(), toy_batches(1), *two)
    plain = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    plain.compile("sgd", "mse")
    with pytest.raises(ak.errors.ConfigError, match="Received: Sequential"):
        plain.fit(np.ones((1, 2)), np.ones((1, 1)), callbacks=[ak.callbacks.NonFinite()], verbose=0)


def test_a_callback_list_is_guarded_too():
    model = model_for()
    callbacks = keras.callbacks.CallbackList([], model=model, epochs=1, steps=2)
    with pytest.raises(NonFiniteError):
        model.fit(*poisoned(2, 1), batch_size=4, shuffle=False, verbose=0, callbacks=callbacks)


def test_a_data_set_of_ones_own_and_steps_per_epoch_have_no_files():
    batches = (batch_of(poisoned(2, 1), number % 2) for number in itertools.count())
    with pytest.raises(NonFiniteError, match="batch 2 of epoch 1: ") as caught:
        model_for().fit(batches, steps_per_epoch=2, verbose=0, shuffle=False)
    assert caught.value.files == []


def test_the_error_comes_out_of_another_process_whole():
    error = pickle.loads(pickle.dumps(NonFiniteError("Bad numbers.", 3, 7, ["a.png"])))
    assert (str(error), error.epoch, error.batch) == ("Bad numbers.", 3, 7)
    assert error.files == ["a.png"]
