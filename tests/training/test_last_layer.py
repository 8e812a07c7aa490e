"""Gradients compared at the last shared layer, and weights by variable, against plain autodiff."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.training.shared_trunk import last_layer_trunk
from tests.oracles.auxiliary_rules import metabalanced
from tests.toys import batch_of, toy_batches, toy_model
from tests.training.test_task_gradients import (
    Recording,
    copies,
    gradient_of,
    is_head,
    operations,
    small_unet,
    stepped,
    two_heads,
    unet_batch,
)


class Given(Recording):
    """Weights that differ and are not 0, whatever the gradients."""

    def rule(self, gram, losses):
        return 0.0 * super().rule(gram, losses) + np.float32([0.3, 0.7])


def last():
    return Given(parameters="last")


def test_a_step_against_autodiff_of_single_losses(monkeypatch):
    reference, model = copies(lambda: small_unet(monkeypatch)[0])
    data = unet_batch()
    gradients = [gradient_of(reference, task, *data) for task in model.tasks]
    layer = last_layer_trunk(model).last
    weighting = last()
    moved, _ = stepped(model, weighting, data, run_eagerly=True)
    chosen = {id(variable) for variable in layer.trainable_variables}
    counted = [id(variable) in chosen for variable in model.trainable_variables]
    assert sum(counted) == len(chosen) > 0
    expected = [
        [sum((a * b).sum() for a, b, c in zip(g, h, counted, strict=True) if c) for h in gradients]
        for g in gradients
    ]
    np.testing.assert_allclose(np.array(weighting.gram), expected, rtol=1e-3)
    for variable, step, main, auxiliary in zip(
        model.trainable_variables, moved, *gradients, strict=True
    ):
        factors = (1.0, 1.0) if is_head(variable) else (0.3, 0.7)
        total = factors[0] * main + factors[1] * auxiliary
        np.testing.assert_allclose(step, total, rtol=1e-3, atol=1e-5, err_msg=variable.path)


def test_the_last_layer_is_the_one_nearest_to_the_outputs():
    assert isinstance(last_layer_trunk(toy_model()).last, keras.layers.BatchNormalization)
    assert last_layer_trunk(toy_model(batch_norm=False)).last.name == "shared"


def test_one_pass_through_the_encoder():
    # As without a weighting: three convolutions, the shared one and two heads.
    assert operations(last()) == {"Conv2D": 3, "Conv2DBackpropFilter": 3}


def test_a_frozen_last_layer_does_not_count():
    model = toy_model()
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    assert last_layer_trunk(model).last.name == "shared"


def test_the_first_layer_may_be_the_last_shared_one():
    image = keras.Input((8, 12, 3))
    features = keras.layers.Conv2D(4, 3, padding="same")(image)
    weighting = last()
    images, targets = batch_of(toy_batches(1), 0)
    stepped(two_heads(image, features, features), weighting, (images / np.float32(255), targets))
    assert (np.diag(np.array(weighting.gram)) > 0).all()


def test_an_encoder_in_one_nested_model_is_its_own_last_layer():
    data = batch_of(toy_batches(1), 0)

    def nested():
        image = keras.Input((8, 12, 3))
        toy = toy_model()
        encoder = keras.Model(toy.input, toy.get_layer("classes").input, name="encoder")
        features = encoder(image)
        return two_heads(image, features, features)

    at_all, at_last = copies(nested)
    everywhere, weighting = Recording(), last()
    stepped(at_all, everywhere, data)
    stepped(at_last, weighting, data)
    np.testing.assert_allclose(np.array(weighting.gram), np.array(everywhere.gram), rtol=1e-4)


def test_loss_scale_cancels():
    plain, scaled = copies(toy_model)
    data = batch_of(toy_batches(1), 0)
    one, other = last(), last()
    stepped(plain, one, data)
    optimizer = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(1.0), initial_scale=2.0**15
    )
    stepped(scaled, other, data, optimizer)
    np.testing.assert_allclose(np.array(other.gram), np.array(one.gram), rtol=1e-5)


@pytest.mark.parametrize("frozen", [True, False])
def test_without_a_shared_layer_it_is_refused(frozen):
    if frozen:
        model = toy_model()
        for layer in model.layers:
            layer.trainable = layer.name in ("classes", "metres")
    else:
        image = keras.Input((8, 12, 3))
        scaled = keras.layers.Rescaling(1 / 255)(image)
        model = two_heads(image, scaled, scaled)
    with pytest.raises(ak.errors.ConfigError, match="no last shared layer"):
        stepped(model, last(), batch_of(toy_batches(1), 0))


def test_weights_by_variable_against_autodiff():
    reference, model = copies(toy_model)
    data = batch_of(toy_batches(1), 0)
    gradients = [gradient_of(reference, task, *data) for task in model.tasks]
    weighting = ak.weighting.MetaBalance(relax=0.6)
    moved, logs = stepped(model, weighting, data)
    for variable, step, main, auxiliary in zip(
        model.trainable_variables, moved, *gradients, strict=True
    ):
        expected = main + auxiliary
        if not is_head(variable):
            row = np.stack([main.ravel(), auxiliary.ravel()])[None, :, None]
            expected = metabalanced(row, 0.6, 0.9, "both").reshape(main.shape)
        np.testing.assert_allclose(step, expected, rtol=1e-3, atol=1e-4, err_msg=variable.path)
    weights = weighting.weights
    assert weights["segmentation"] == pytest.approx(1.0) and weights["depth"] < 1
    total = sum(weights[task] * logs[f"{task}_loss"] for task in model.tasks)
    assert logs["loss"] == pytest.approx(total, rel=1e-4)


def test_weights_by_variable_need_the_variables_they_were_attached_to():
    model = toy_model()
    weighting = ak.weighting.MetaBalance()
    data = batch_of(toy_batches(1), 0)
    model.get_layer("shared").trainable = False
    stepped(model, weighting, data)
    model.get_layer("shared").trainable = True
    with pytest.raises(ak.errors.ConfigError, match="Create a new one"):
        stepped(model, weighting, data)
