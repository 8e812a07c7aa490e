"""The gradients a step takes, against plain autodiff of one loss at a time."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.models import unet
from tests.toys import batch_of, toy_batches, toy_model

LOSSES = {"segmentation": ak.losses.PixelCrossEntropy(), "depth": ak.losses.DepthL1()}


class Recording(ak.weighting.MGDA):
    """MGDA that keeps the Gram matrix of the last batch."""

    def build(self, state, tasks):
        super().build(state, tasks)
        self.gram = state.add_state("gram", np.zeros((2, 2)))

    def rule(self, gram, losses):
        self.gram.assign(gram)
        return super().rule(gram, losses)


class RecordingAll(Recording):
    all_parameters = True


def one_loss(model, task, images, targets):
    """Mean loss of `task` over its valid pixels, in training mode."""
    prediction = model(images, training=True)[task]
    values, valid = LOSSES[task].per_pixel(targets[task], prediction)
    valid = tf.cast(valid, tf.float32)
    return tf.reduce_sum(values * valid) / tf.maximum(tf.reduce_sum(valid), 1.0)


def gradient_of(model, task, images, targets):
    """Gradient of one task's loss by variable, zeros where there is none."""
    with tf.GradientTape() as tape:
        loss = one_loss(model, task, images, targets)
    found = tape.gradient(loss, model.trainable_variables)
    return [
        np.zeros(v.shape) if g is None else np.array(g, np.float64)
        for g, v in zip(found, model.trainable_variables, strict=True)
    ]


def is_head(variable):
    return any(name in variable.path for name in ("classes", "metres", "segmentation_", "depth_"))


def small_unet(monkeypatch):
    """Skip connections: the features at which the graphs part depend on one another."""
    monkeypatch.setattr(unet, "WIDTHS", (2, 3, 4, 4, 4))
    return ak.models.UNet(4, (16, 16, 3)), unet_batch()


def unet_batch():
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8), {
        "segmentation": generator.integers(0, 4, (2, 16, 16)).astype(np.uint8),
        "depth": generator.uniform(1, 9, (2, 16, 16, 1)).astype(np.float32),
    }


def stepped(model, weighting, data, optimizer=None, **compiled):
    """Trains one batch; returns by how much each trainable variable went down, and the logs."""
    model.compile(optimizer or keras.optimizers.SGD(1.0), metrics=None, **compiled)
    weighting.set_model(model)
    before = [np.array(v, np.float64) for v in model.trainable_variables]
    logs = model.train_on_batch(*data, return_dict=True)
    after = [np.array(v, np.float64) for v in model.trainable_variables]
    return [b - a for b, a in zip(before, after, strict=True)], logs


def copies(make, count=2):
    """Models with the same initial weights."""
    models = []
    for _ in range(count):
        keras.utils.set_random_seed(5)
        models.append(make())
    return models


@pytest.mark.parametrize("make", [Recording, RecordingAll])
def test_gram_matrix_is_that_of_single_losses(make):
    data = batch_of(toy_batches(1), 0)
    reference, model = copies(toy_model)
    gradients = [gradient_of(reference, task, *data) for task in model.tasks]
    counted = [make.all_parameters or not is_head(v) for v in model.trainable_variables]
    assert not all(counted) or make.all_parameters
    expected = [
        [sum((a * b).sum() for a, b, c in zip(g, h, counted, strict=True) if c) for h in gradients]
        for g in gradients
    ]
    weighting = make()
    stepped(model, weighting, data)
    np.testing.assert_allclose(np.array(weighting.gram), expected, rtol=1e-4)


def test_gram_matrix_at_the_representation_is_that_of_the_features():
    data = batch_of(toy_batches(1), 0)
    reference, model = copies(toy_model)
    encoder = keras.Model(reference.input, reference.get_layer("classes").input)
    with tf.GradientTape(persistent=True) as tape:
        features = encoder(data[0], training=True)
        tape.watch(features)
        losses = []
        for task, head in (("segmentation", "classes"), ("depth", "metres")):
            values, valid = LOSSES[task].per_pixel(
                data[1][task], reference.get_layer(head)(features)
            )
            valid = tf.cast(valid, tf.float32)
            losses.append(tf.reduce_sum(values * valid) / tf.reduce_sum(valid))
    rows = np.stack([np.ravel(tape.gradient(loss, features)) for loss in losses])
    weighting = Recording(representation=True)
    stepped(model, weighting, data)
    np.testing.assert_allclose(np.array(weighting.gram), rows @ rows.T, rtol=1e-4)


@pytest.mark.parametrize("representation", [False, True])
def test_a_step_is_the_weighted_sum_and_heads_get_their_own_gradient(monkeypatch, representation):
    reference, model = copies(lambda: small_unet(monkeypatch)[0])
    data = unet_batch()
    gradients = [gradient_of(reference, task, *data) for task in model.tasks]
    weighting = ak.weighting.MGDA(representation)
    moved, _ = stepped(model, weighting, data, run_eagerly=True)
    weights = list(weighting.weights.values())
    assert min(weights) > 0
    for variable, step, main, auxiliary in zip(
        model.trainable_variables, moved, *gradients, strict=True
    ):
        factors = (1.0, 1.0) if is_head(variable) else weights
        expected = factors[0] * main + factors[1] * auxiliary
        np.testing.assert_allclose(step, expected, rtol=1e-3, atol=1e-5, err_msg=variable.path)


def test_pareto_weighs_heads_too():
    reference, model = copies(toy_model)
    data = batch_of(toy_batches(1), 0)
    gradients = [gradient_of(reference, task, *data) for task in model.tasks]
    weighting = ak.weighting.ParetoMTL()
    moved, _ = stepped(model, weighting, data)
    weights = list(weighting.weights.values())
    for step, main, auxiliary in zip(moved, *gradients, strict=True):
        np.testing.assert_allclose(
            step, weights[0] * main + weights[1] * auxiliary, rtol=1e-3, atol=1e-5
        )


@pytest.mark.parametrize("representation", [False, True])
def test_other_tasks_and_regularisation_train_as_without_a_weighting(representation):
    penalty = keras.regularizers.L2(0.01)

    def three_tasks():
        toy = toy_model(regularizer=penalty)
        features = toy.get_layer("classes").input
        other = keras.layers.Conv2D(1, 1, dtype="float32", name="third")(features)
        return ak.models.AuxiliaryModel(toy.input, {**toy.output, "other": other})

    reference, model = copies(three_tasks)
    images, targets = batch_of(toy_batches(1), 0)
    targets = {**targets, "other": targets["depth"] * 2}
    gradients = [gradient_of(reference, task, images, targets) for task in model.tasks]
    with tf.GradientTape() as tape:
        prediction = reference(images, training=True)["other"]
        values, valid = LOSSES["depth"].per_pixel(targets["other"], prediction)
        valid = tf.cast(valid, tf.float32)
        constant = 3.0 * tf.reduce_sum(values * valid) / tf.reduce_sum(valid)
        constant += tf.add_n(reference.losses)
    rest = tape.gradient(constant, reference.trainable_variables)
    model.compile(
        keras.optimizers.SGD(1.0),
        loss={**LOSSES, "other": ak.losses.DepthL1()},
        loss_weights={"other": 3.0},
        metrics=None,
    )
    weighting = ak.weighting.MGDA(representation)
    weighting.set_model(model)
    before = [np.array(v, np.float64) for v in model.trainable_variables]
    logs = model.train_on_batch(images, targets, return_dict=True)
    weights = weighting.weights
    for variable, old, main, auxiliary, other in zip(
        model.trainable_variables, before, *gradients, rest, strict=True
    ):
        factors = (1.0, 1.0) if is_head(variable) else list(weights.values())
        expected = factors[0] * main + factors[1] * auxiliary
        expected = expected + (0.0 if other is None else np.array(other))
        np.testing.assert_allclose(
            old - np.array(variable), expected, rtol=1e-3, atol=1e-4, err_msg=variable.path
        )
    total = sum(weights[task] * logs[f"{task}_loss"] for task in model.tasks)
    assert logs["loss"] == pytest.approx(total + float(constant), rel=1e-4)


def operations(weighting):
    """How often each kind of operation is in the graph of a step."""
    model = toy_model()
    model.compile(keras.optimizers.SGD(1.0), metrics=None)
    if weighting is not None:
        weighting.set_model(model)
    model.optimizer.build(model.trainable_variables)
    data = batch_of(toy_batches(1), 0)
    graph = tf.function(lambda: model.train_step(data)).get_concrete_function().graph
    kinds = [operation.type for operation in graph.get_operations()]
    return {kind: kinds.count(kind) for kind in ("Conv2D", "Conv2DBackpropFilter")}


def test_one_pass_forward_and_no_backward_pass_too_many():
    # Three convolutions: the shared one and two heads.
    plain = operations(None)
    assert plain == {"Conv2D": 3, "Conv2DBackpropFilter": 3}
    assert operations(ak.weighting.MGDA(representation=True)) == plain
    for weighting in (ak.weighting.MGDA(), ak.weighting.ParetoMTL()):
        assert operations(weighting) == {"Conv2D": 3, "Conv2DBackpropFilter": 4}


@pytest.mark.parametrize("representation", [False, True])
def test_normalisation_and_dropout_see_a_batch_once(representation):
    def with_dropout():
        toy = toy_model()
        features = keras.layers.Dropout(0.5, name="dropout")(toy.get_layer("classes").input)
        heads = {
            "segmentation": keras.layers.Conv2D(4, 1, name="a")(features),
            "depth": keras.layers.Conv2D(1, 1, name="b")(features),
        }
        return ak.models.AuxiliaryModel(toy.input, heads)

    plain, model = copies(with_dropout)
    data = batch_of(toy_batches(1), 0)
    plain.compile(keras.optimizers.SGD(0.0), metrics=None)
    expected = plain.train_on_batch(*data, return_dict=True)
    _, logs = stepped(model, ak.weighting.MGDA(representation), data, keras.optimizers.SGD(0.0))
    assert len(plain.non_trainable_variables) == 3  # two statistics and the dropout's seed
    for a, b in zip(plain.non_trainable_variables, model.non_trainable_variables[:3], strict=True):
        np.testing.assert_allclose(np.array(a), np.array(b), rtol=1e-6)
    for task in model.tasks:
        assert logs[f"{task}_loss"] == pytest.approx(expected[f"{task}_loss"], rel=1e-6)


@pytest.mark.parametrize("make", [Recording, lambda: Recording(True)])
def test_loss_scale_cancels(make):
    plain, scaled = copies(toy_model)
    data = batch_of(toy_batches(1), 0)
    one, other = make(), make()
    expected, _ = stepped(plain, one, data)
    optimizer = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(1.0), initial_scale=2.0**15
    )
    found, _ = stepped(scaled, other, data, optimizer)
    np.testing.assert_allclose(np.array(other.gram), np.array(one.gram), rtol=1e-5)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_clipnorm_clips_the_combined_gradient():
    plain, clipped = copies(toy_model)
    data = batch_of(toy_batches(1), 0)
    expected, _ = stepped(plain, ak.weighting.MGDA(), data)
    found, _ = stepped(
        clipped, ak.weighting.MGDA(), data, keras.optimizers.SGD(1.0, global_clipnorm=0.01)
    )
    size = np.sqrt(sum((step**2).sum() for step in expected))
    assert size > 0.01
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b * 0.01 / size, rtol=1e-2, atol=1e-6)


def test_accumulated_gradients_are_the_mean_of_the_combined_ones():
    images, targets = toy_batches(2)
    separate, accumulating = copies(lambda: toy_model(batch_norm=False))
    weighting = ak.weighting.MGDA()
    start = [np.array(v) for v in separate.trainable_variables]
    moved = []
    for index in range(2):
        step, _ = stepped(separate, weighting, batch_of((images, targets), index))
        moved.append(step)
        for variable, value in zip(separate.trainable_variables, start, strict=True):
            variable.assign(value)
    accumulating.compile(keras.optimizers.SGD(1.0, gradient_accumulation_steps=2), metrics=None)
    ak.weighting.MGDA().set_model(accumulating)
    for index in range(2):
        accumulating.train_on_batch(*batch_of((images, targets), index))
    for variable, old, first, second in zip(
        accumulating.trainable_variables, start, *moved, strict=True
    ):
        np.testing.assert_allclose(
            old - np.array(variable), (first + second) / 2, rtol=1e-3, atol=1e-5
        )


@pytest.mark.parametrize(
    "make",
    [ak.weighting.MGDA, lambda: ak.weighting.MGDA(representation=True), ak.weighting.ParetoMTL],
)
def test_a_task_that_is_alone_trains_with_weight_one(make):
    reference, model = copies(toy_model)
    images, targets = batch_of(toy_batches(1), 0)
    targets = {**targets, "depth": np.full_like(targets["depth"], -1.0)}
    expected = gradient_of(reference, "segmentation", images, targets)
    moved, logs = stepped(model, make(), (images, targets))
    for step, gradient in zip(moved, expected, strict=True):
        np.testing.assert_allclose(step, gradient, rtol=1e-3, atol=1e-5)
    assert logs["loss"] == pytest.approx(logs["segmentation_loss"], rel=1e-6)


def two_heads(inputs, features, others):
    return ak.models.AuxiliaryModel(
        inputs,
        {
            "segmentation": keras.layers.Conv2D(4, 1, name="a")(features),
            "depth": keras.layers.Conv2D(1, 1, name="b")(others),
        },
    )


@pytest.mark.parametrize(
    ("representation", "message"), [(True, "parameters='representation'"), (False, "share none")]
)
def test_tasks_that_share_nothing_are_refused(representation, message):
    image = keras.Input((8, 12, 3))
    scaled = keras.layers.Rescaling(1 / 255)(image)
    model = two_heads(image, scaled, scaled)
    with pytest.raises(ak.errors.ConfigError, match=message):
        stepped(model, ak.weighting.MGDA(representation), batch_of(toy_batches(1), 0))
    assert model.weighting is None or not representation  # nothing is left half attached


@pytest.mark.parametrize("representation", [True, False])
def test_a_frozen_encoder_is_named_as_the_reason(representation):
    model = toy_model()
    for layer in model.layers:
        layer.trainable = layer.name in ("classes", "metres")
    with pytest.raises(ak.errors.ConfigError, match=r"because the encoder is not trainable. Set"):
        stepped(model, ak.weighting.MGDA(representation), batch_of(toy_batches(1), 0))


def test_graphs_that_part_inside_a_nested_model_are_refused():
    toy = toy_model()
    image = keras.Input((8, 12, 3))
    nested = keras.Model(toy.input, toy.output, name="nested")
    model = ak.models.AuxiliaryModel(image, nested(image))
    with pytest.raises(ak.errors.ConfigError, match=r"branch inside.*'nested'"):
        stepped(model, ak.weighting.MGDA(True), batch_of(toy_batches(1), 0))


def test_inputs_that_only_one_decoder_sees_are_no_obstacle():
    image = keras.Input((8, 12, 3))
    features = keras.layers.Conv2D(4, 3, padding="same")(keras.layers.Rescaling(1 / 255)(image))
    guided = keras.layers.Concatenate()([features, keras.layers.Rescaling(0.01)(image)])
    weighting = ak.weighting.MGDA(True)
    stepped(two_heads(image, features, guided), weighting, batch_of(toy_batches(1), 0))
    assert all(0 < weight < 1 for weight in weighting.weights.values())


def test_several_inputs():
    toy = toy_model()
    depth = keras.Input((8, 12, 1), name="depth")
    features = keras.layers.Conv2D(4, 3, padding="same")(
        keras.layers.Concatenate()([keras.layers.Rescaling(1 / 255)(toy.input), depth])
    )
    model = two_heads({"image": toy.input, "depth": depth}, features, features)
    images, targets = batch_of(toy_batches(1), 0)
    weighting = ak.weighting.MGDA(True)
    stepped(model, weighting, ({"image": images, "depth": targets["depth"]}, targets))
    assert all(0 < weight < 1 for weight in weighting.weights.values())


def test_a_graph_cut_in_two_can_still_be_saved(tmp_path):
    model = toy_model()
    data = batch_of(toy_batches(1), 0)
    stepped(model, ak.weighting.MGDA(True), data)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    expected, found = model.predict(data[0], verbose=0), again.predict(data[0], verbose=0)
    np.testing.assert_array_equal(expected["depth"], found["depth"])
