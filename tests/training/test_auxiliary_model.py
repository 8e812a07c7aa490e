"""The training model: sums, masks, logs, saving, and what it refuses."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from tests.oracles.balancing import cross_entropy, depth_l1
from tests.toys import batch_of, toy_batches, toy_model


def frozen(model, **settings):
    model.compile(keras.optimizers.SGD(0.0), metrics=None, **settings)
    return model


def test_logged_losses_are_means_over_all_valid_pixels_of_the_epoch():
    model = frozen(toy_model(batch_norm=False))
    images, targets = toy_batches(4)
    targets["segmentation"][4:8, 1:] = 255  # one batch with few labels must not count as much
    history = model.fit(images, targets, batch_size=4, verbose=0).history
    prediction = model.predict(images, verbose=0)
    expected = cross_entropy(targets["segmentation"], prediction["segmentation"])
    assert history["segmentation_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert history["depth_loss"][0] == pytest.approx(
        depth_l1(targets["depth"], prediction["depth"]), rel=1e-5
    )


def test_constant_weights_of_compile():
    model = toy_model(batch_norm=False)
    model.compile(keras.optimizers.SGD(0.0), loss_weights={"segmentation": 3.0}, metrics=None)
    logs = model.train_on_batch(*batch_of(toy_batches(1), 0), return_dict=True)
    assert logs["loss"] == pytest.approx(3 * logs["segmentation_loss"] + logs["depth_loss"])


def test_a_variable_as_a_weight_is_assigned_by_a_callback_and_never_trained(tmp_path):
    weight = keras.Variable(1.0, name="depth_weight")

    class Fade(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            weight.assign(2.0 - epoch)

    keras.utils.set_random_seed(0)
    model, plain = toy_model(batch_norm=False), toy_model(batch_norm=False)
    plain.set_weights(model.get_weights())
    count = model.count_params()
    model.compile(keras.optimizers.SGD(0.01), loss_weights={"depth": weight}, metrics=None)
    assert not any(variable is weight for variable in model.variables)
    assert model.count_params() == count
    data = toy_batches(2)
    history = model.fit(*data, epochs=2, shuffle=False, verbose=0, callbacks=[Fade()]).history
    assert float(weight) == 1.0
    for epoch, value in enumerate((2.0, 1.0)):
        parts = history["segmentation_loss"][epoch] + value * history["depth_loss"][epoch]
        assert history["loss"][epoch] == pytest.approx(parts, rel=1e-5)

    schedule = ak.weighting.WeightSchedule(
        {epoch: {"segmentation": 1.0, "depth": 2.0 - epoch} for epoch in (0, 1)}
    )
    plain.compile(keras.optimizers.SGD(0.01), metrics=None)
    plain.fit(*data, epochs=2, shuffle=False, verbose=0, callbacks=[schedule])
    for one, other in zip(model.trainable_weights, plain.trainable_weights, strict=True):
        np.testing.assert_allclose(np.array(one), np.array(other), rtol=1e-5, atol=1e-7)

    weight.assign(0.25)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    logs = loaded.evaluate(*data, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["segmentation_loss"] + 0.25 * logs["depth_loss"])


def test_a_variable_as_a_weight_needs_a_backend_that_reads_it(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ak.errors.ConfigError, match=r"on jax keeps for good. Use a weighting"):
        toy_model().compile("sgd", loss_weights={"depth": keras.Variable(1.0)})


def test_a_task_without_valid_pixels_has_loss_zero_and_no_gradient():
    model = toy_model(batch_norm=False)
    model.compile(keras.optimizers.SGD(1.0), metrics=None)
    images, targets = batch_of(toy_batches(1), 0)
    targets = {**targets, "depth": np.full_like(targets["depth"], -1.0)}
    before = [np.array(w) for w in model.get_layer("metres").get_weights()]
    classes = np.array(model.get_layer("classes").get_weights()[0])
    logs = model.train_on_batch(images, targets, return_dict=True)
    assert logs["depth_loss"] == 0.0
    for a, b in zip(before, model.get_layer("metres").get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(classes, model.get_layer("classes").get_weights()[0])


def test_sample_weight_weighs_pixels():
    model = frozen(toy_model(batch_norm=False))
    images, targets = batch_of(toy_batches(1), 0)
    weight = np.zeros((4, 8, 12), np.float32)
    weight[:, :4] = 1.0
    logs = model.evaluate(
        images,
        targets,
        sample_weight={"segmentation": weight, "depth": np.ones((4,), np.float32)},
        verbose=0,
        return_dict=True,
    )
    prediction = model.predict(images, verbose=0)
    expected = cross_entropy(targets["segmentation"][:, :4], prediction["segmentation"][:, :4])
    assert logs["segmentation_loss"] == pytest.approx(expected, rel=1e-5)


def test_any_keras_loss_works_with_task_weightings():
    model = toy_model()
    model.compile(
        "sgd",
        loss={
            "segmentation": keras.losses.SparseCategoricalCrossentropy(
                from_logits=True, ignore_class=255
            ),
            "depth": "mean_squared_error",
        },
        metrics=None,
    )
    images, targets = toy_batches(2)
    targets["depth"] = np.abs(targets["depth"])
    weighting = ak.weighting.TaskWeightBalancing()
    history = model.fit(images, targets, verbose=0, callbacks=[weighting]).history
    assert np.isfinite(history["loss"]).all()
    assert weighting.weights["segmentation"] != 1.0


def test_regularisation_is_part_of_the_total():
    image = keras.Input((4, 4, 3))
    conv = keras.layers.Conv2D(2, 1, kernel_regularizer=keras.regularizers.L2(0.5))
    model = ak.models.AuxiliaryModel(image, {"segmentation": conv(image)}, auxiliary=None)
    frozen(model)
    logs = model.train_on_batch(
        np.zeros((1, 4, 4, 3)), {"segmentation": np.zeros((1, 4, 4), np.uint8)}, return_dict=True
    )
    penalty = 0.5 * float((np.array(conv.kernel) ** 2).sum())
    assert logs["loss"] == pytest.approx(logs["segmentation_loss"] + penalty, rel=1e-5)


def test_optimizer_is_built_before_the_step_is_traced():
    traces = []

    class Counting(ak.models.AuxiliaryModel):
        def train_step(self, data):
            traces.append(1)
            return super().train_step(data)

    toy = toy_model()
    model = Counting(toy.input, toy.output)
    model.compile("adam")
    model.fit(*toy_batches(3), batch_size=4, verbose=0)
    assert len(traces) == 1


@pytest.mark.parametrize("devices", [1, 2])
def test_on_one_device_the_update_stays_a_function_of_its_own(monkeypatch, devices):
    """Copied into the graph around it, it would delay the first step by seconds."""
    found = tf.config.list_logical_devices("CPU")[:1] * devices
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda: found)
    model = toy_model()
    model.compile("adam")
    model.optimizer.build(model.trainable_variables)
    step = tf.function(model.train_step).get_concrete_function(batch_of(toy_batches(1), 0))
    branches = [op for op in step.graph.get_operations() if op.type == "If"]
    assert [op.get_attr("_lower_using_switch_merge") for op in branches] == [devices > 1]


def test_saved_after_training_it_loads_in_a_fresh_process(tmp_path, run_program):
    model = toy_model()
    model.compile(keras.optimizers.Adam(1e-3))
    images, targets = toy_batches(2)
    model.fit(images, targets, verbose=0, callbacks=[ak.weighting.FocusedTaskWeightBalancing()])
    model.save(tmp_path / "trained.keras")
    np.savez(tmp_path / "data.npz", images=images, **model.predict(images, verbose=0))
    (outcome,) = run_program("load_saved", str(tmp_path))
    assert outcome == {
        "class": "AuxiliaryModel",
        "largest_difference": 0.0,
        "iterations": 1,
        "trains_on": True,
    }


def test_every_module_can_be_the_first_import(run_program):
    modules = [
        "losses",
        "metrics.segmentation",
        "models.auxnet",
        "weighting.base",
        "training.compile_defaults",
    ]
    known = run_program("first_import", *(f"auxnet_keras.{module}" for module in modules))
    assert known == [True] * len(modules)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"main": "segmentatoin"}, "did you mean 'segmentation'"),
        ({"auxiliary": "dept"}, "did you mean 'depth'"),
        ({"auxiliary": "segmentation"}, "two different outputs"),
    ],
)
def test_wrong_tasks(arguments, message):
    toy = toy_model()
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.models.AuxiliaryModel(toy.input, toy.output, **arguments)


def test_outputs_must_be_a_dict():
    toy = toy_model()
    with pytest.raises(ak.errors.ConfigError, match="dict of task name to tensor"):
        ak.models.AuxiliaryModel(toy.input, list(toy.output.values()))


@pytest.mark.parametrize(
    ("compiled", "message"),
    [
        ({"loss": "mse"}, "dict of task to loss"),
        ({"loss": {"segmentation": "mse", "dpth": "mse"}}, "did you mean 'depth'"),
        ({"loss_weights": {"seg": 1.0}}, "did you mean 'segmentation'"),
        ({"loss_weights": [1, 2]}, r"must be a dict of task to weight.*Received: \[1, 2\]"),
        ({"loss_weights": 0.5}, "must be a dict of task to weight"),
        ({"loss_weights": {"depth": "high"}}, "of 'depth' must be a finite number"),
        ({"loss_weights": {"depth": float("nan")}}, "of 'depth' must be a finite number"),
        ({"loss_weights": {"depth": [1.0, 2.0]}}, "of 'depth' must be a finite number"),
    ],
)
def test_wrong_compile_arguments(compiled, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        toy_model().compile("sgd", **compiled)


def test_a_data_set_without_a_target_is_named():
    model = frozen(toy_model())
    images, targets = batch_of(toy_batches(1), 0)
    with pytest.raises(ak.errors.ConfigError, match="no target for the output 'depth'"):
        model.fit(images, {"segmentation": targets["segmentation"]}, verbose=0)


def test_fit_shows_one_readable_line_an_epoch(capsys):
    model = toy_model()
    model.compile("sgd")
    model.fit(*toy_batches(2), epochs=2, callbacks=[ak.weighting.TaskWeightBalancing()])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Epoch")]
    assert len(lines) == 2
    assert all("segmentation" in line and "depth" in line and "mIoU" in line for line in lines)


def test_an_output_without_a_loss_or_a_target_does_not_train_and_does_not_harm():
    toy = toy_model()
    outputs = {**toy.output, "extra": keras.layers.Conv2D(1, 1)(toy.input)}
    model = ak.models.AuxiliaryModel(toy.input, outputs)
    model.compile(
        "sgd",
        loss={"segmentation": ak.losses.PixelCrossEntropy()},
        metrics={"segmentation": [ak.metrics.SegmentationMetrics(["a", "b", "c", "d"])]},
    )
    images, targets = batch_of(toy_batches(1), 0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Gradients do not exist")  # Keras says which, rightly
        history = model.fit(images, {"segmentation": targets["segmentation"]}, verbose=0).history
    assert history["loss"] == pytest.approx(history["segmentation_loss"])
    assert 0 <= history["segmentation_mean_iou"][0] <= 1


def test_one_task_takes_a_bare_target():
    model = toy_model(auxiliary=None)
    model.compile("sgd")
    images, targets = batch_of(toy_batches(1), 0)
    history = model.fit(images, targets["segmentation"], verbose=0).history
    assert np.isfinite(history["segmentation_loss"]).all()


def test_targets_that_are_no_dict_are_refused():
    model = frozen(toy_model())
    images, targets = batch_of(toy_batches(1), 0)
    with pytest.raises(ak.errors.ConfigError, match="dict of output to tensor"):
        model.fit(images, list(targets.values()), verbose=0)


def test_sample_weights_need_a_loss_object():
    model = toy_model()
    losses = {"segmentation": ak.losses.PixelCrossEntropy(), "depth": "mse"}
    model.compile("sgd", losses, metrics=None)
    images, targets = batch_of(toy_batches(1), 0)
    weights = {"segmentation": np.ones(4), "depth": np.ones(4)}
    with pytest.raises(ak.errors.ConfigError, match="need a loss object"):
        model.fit(images, targets, sample_weight=weights, verbose=0)


@pytest.mark.parametrize("shape", [(8,), (8, 1)])
def test_sample_weights_of_samples_weigh_samples(shape):
    # As many samples as rows: a weight [B, 1] must not be taken for one of rows.
    model = frozen(toy_model(batch_norm=False))
    images, targets = batch_of(toy_batches(1, batch_size=8), 0, batch_size=8)
    weight = np.zeros(shape, np.float32)
    weight[0] = 1.0
    logs = model.evaluate(
        images,
        targets,
        batch_size=8,
        sample_weight={"segmentation": weight, "depth": np.ones(8, np.float32)},
        verbose=0,
        return_dict=True,
    )
    prediction = model.predict(images, verbose=0)
    expected = cross_entropy(targets["segmentation"][:1], prediction["segmentation"][:1])
    assert logs["segmentation_loss"] == pytest.approx(expected, rel=1e-5)


def test_keras_export_ships_the_main_task_alone(tmp_path):
    model = toy_model()
    model.compile("sgd", metrics=None)
    model.fit(*toy_batches(1), verbose=0, callbacks=[ak.weighting.TaskWeightBalancing()])
    model.export(tmp_path / "exported", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "exported"))
    names = [variable.name for variable in loaded.variables]
    assert names
    assert not [name for name in names if "metres" in name or "weight" in name]


def test_a_weighting_is_checked_again_after_compile():
    model = toy_model()
    model.compile("sgd", metrics=None)
    weighting = ak.weighting.TaskWeightBalancing()
    images, targets = batch_of(toy_batches(1), 0)
    model.fit(images, targets, verbose=0, callbacks=[weighting])
    model.compile("sgd", loss={"segmentation": ak.losses.PixelCrossEntropy()}, metrics=None)
    with pytest.raises(ak.errors.ConfigError, match="needs a loss for every task"):
        model.fit(images, targets, verbose=0, callbacks=[weighting])


def segmentation_head(features, kind):
    classes = keras.layers.Conv2D(4, 1)(features)
    softmax = keras.layers.Softmax()(classes)
    inner = keras.Input((8, 12, 4))
    return {
        "ops": lambda: keras.ops.softmax(classes),
        "activation": lambda: keras.layers.Conv2D(4, 1, activation="softmax")(features),
        "resized": lambda: keras.layers.Resizing(8, 12)(keras.layers.UpSampling2D()(softmax)),
        "reshaped": lambda: keras.layers.Reshape((8, 12, 4))(keras.ops.reshape(softmax, (-1, 384))),
        "cast": lambda: keras.layers.Activation("linear", dtype="float32")(softmax),
        "nested": lambda: keras.Model(inner, keras.layers.Softmax()(inner))(classes),
        "lambda": lambda: keras.layers.Lambda(keras.ops.softmax)(classes),
        "mean": lambda: keras.layers.Average()([softmax, softmax]),
        "logits": lambda: classes,
        "resized logits": lambda: keras.layers.Resizing(8, 12)(classes),
        "attention": lambda: keras.layers.EinsumDense("bhwc,cd->bhwd", (8, 12, 4))(softmax),
        "sum of logits": lambda: keras.layers.Add()([classes, classes]),
        "nested logits": lambda: keras.Model(inner, keras.layers.Conv2D(4, 1)(inner))(classes),
    }[kind]()


@pytest.mark.parametrize(
    ("kind", "logits"),
    [
        *((kind, False) for kind in ("ops", "activation", "resized", "reshaped", "cast")),
        *((kind, False) for kind in ("nested", "lambda", "mean")),
        *((kind, True) for kind in ("logits", "resized logits", "sum of logits", "nested logits")),
        ("attention", True),
    ],
)
def test_a_softmax_is_seen_wherever_it_is(kind, logits):
    image = keras.Input((8, 12, 3))
    features = keras.layers.Conv2D(4, 3, padding="same")(image)
    outputs = {"segmentation": segmentation_head(features, kind)}
    model = ak.models.AuxiliaryModel(image, outputs, auxiliary=None)
    model.compile("sgd", metrics=None)
    assert model.loss["segmentation"].from_logits == logits


def test_a_network_that_takes_no_test_image_is_taken_for_logits():
    image = keras.Input((None, None, 3))
    scored = keras.layers.Conv2D(4, 3)(image)
    scored = keras.layers.Lambda(lambda x: keras.ops.reshape(x, (-1, 6, 10, 4)))(scored)
    model = ak.models.AuxiliaryModel(image, {"segmentation": scored}, auxiliary=None)
    with pytest.warns(UserWarning, match=r"logits are assumed.*from_logits=False"):
        model.compile("sgd", metrics=None)
    assert model.loss["segmentation"].from_logits


def test_what_keras_users_try_works_or_says_what_to_do(tmp_path):
    model = toy_model()
    model.compile("sgd", {"segmentation": ak.losses.PixelCrossEntropy(), "depth": None})
    assert set(model.loss) == {"segmentation"}
    with pytest.raises(ak.errors.ConfigError, match=r"class_weights=\[...\]"):
        model.fit(*toy_batches(1), class_weight={0: 1.0, 1: 2.0})
    with pytest.raises(ak.errors.ConfigError, match=r"ends in .keras, or save_weights"):
        model.save(tmp_path / "model.h5")


def test_weighted_metrics_take_the_weight_of_one_output():
    model = frozen(toy_model(batch_norm=False), weighted_metrics={"segmentation": ["accuracy"]})
    images, targets = toy_batches(1)
    half = np.r_[np.ones(2), np.zeros(2)].astype(np.float32)
    batch = tf.data.Dataset.from_tensors((images, targets, {"segmentation": half}))
    logs = model.evaluate(batch, verbose=0, return_dict=True)
    predicted = model.predict(images, verbose=0)["segmentation"].argmax(-1)
    expected = (predicted == targets["segmentation"])[:2].mean()
    assert logs["segmentation_accuracy"] == pytest.approx(expected)


def test_freezing_takes_a_new_compile_as_in_keras():
    model = toy_model()
    model.compile(keras.optimizers.SGD(0.01), metrics=None)
    model.fit(*toy_batches(1), verbose=0)
    layer = model.get_layer("classes")
    layer.trainable = False
    for compiled_again in (False, True):
        if compiled_again:
            model.compile(keras.optimizers.SGD(0.01), metrics=None)
        before = layer.get_weights()[0]
        model.fit(*toy_batches(1), verbose=0)
        assert np.array_equal(before, layer.get_weights()[0]) == compiled_again
