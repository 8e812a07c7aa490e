"""The look ahead of a step: on other samples, at moved weights, without a trace."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.training.look_ahead import Samples, split
from tests.toys import batch_of, toy_batches, toy_model
from tests.training.test_task_gradients import copies, gradient_of, is_head, stepped


class Recording(ak.weighting.AutoLambda):
    """Auto-Lambda that keeps what it was given."""

    def build(self, state, tasks):
        super().build(state, tasks)
        self.seen = state.add_state("seen", np.zeros((2, 3)))

    def learn(self, gram, losses, usable):
        self.seen.assign(gram)
        super().learn(gram, losses, usable)


def halves(data):
    images, targets = data
    return [
        (images[part], {task: target[part] for task, target in targets.items()})
        for part in (slice(0, 2), slice(2, 4))
    ]


@pytest.mark.parametrize("scaled", [False, True])
def test_products_and_step_against_autodiff_of_single_losses(scaled):
    reference, model = copies(toy_model)
    data = batch_of(toy_batches(1), 0)
    trains, held = halves(data)
    rate = 0.5
    gradients = [gradient_of(reference, task, *trains) for task in model.tasks]
    shared = [not is_head(variable) for variable in model.trainable_variables]
    for variable, main, auxiliary, each in zip(
        reference.trainable_variables, *gradients, shared, strict=True
    ):
        variable.assign_sub(rate * (0.1 if each else 1.0) * (main + auxiliary))
    ahead = gradient_of(reference, "segmentation", *held)

    def product(first, second):
        return sum((a * b).sum() for a, b, c in zip(first, second, shared, strict=True) if c)

    expected = [[product(g, h) for h in (*gradients, ahead)] for g in gradients]
    weighting = Recording()
    optimizer = keras.optimizers.SGD(rate)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=2.0**10)
    moved, _ = stepped(model, weighting, data, optimizer)
    np.testing.assert_allclose(np.array(weighting.seen), expected, rtol=1e-3)
    weights = list(weighting.weights.values())
    assert weights != [0.1, 0.1]
    for step, each, main, auxiliary in zip(moved, shared, *gradients, strict=True):
        factors = weights if each else (1.0, 1.0)
        total = rate * (factors[0] * main + factors[1] * auxiliary)
        np.testing.assert_allclose(step, total, rtol=1e-3, atol=1e-5)


def test_the_held_out_part_moves_no_statistics_and_no_seeds():
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
    expected = plain.train_on_batch(*halves(data)[0], return_dict=True)
    _, logs = stepped(model, ak.weighting.AutoLambda(), data, keras.optimizers.SGD(0.0))
    assert len(plain.non_trainable_variables) == 3  # two statistics and the dropout's seed
    for a, b in zip(plain.non_trainable_variables, model.non_trainable_variables[:3], strict=True):
        np.testing.assert_allclose(np.array(a), np.array(b), rtol=1e-6)
    for task in model.tasks:
        assert logs[f"{task}_loss"] == pytest.approx(expected[f"{task}_loss"], rel=1e-6)


def test_two_passes_forward_and_one_more_backward():
    model = toy_model()
    model.compile(keras.optimizers.SGD(1.0), metrics=None)
    ak.weighting.AutoLambda().set_model(model)
    model.optimizer.build(model.trainable_variables)
    data = batch_of(toy_batches(1), 0)
    graph = tf.function(lambda: model.train_step(data)).get_concrete_function().graph
    kinds = [operation.type for operation in graph.get_operations()]
    # Shared layer and heads, of which the auxiliary one is not differentiated ahead.
    assert kinds.count("Conv2D") == 2 * 3
    assert kinds.count("Conv2DBackpropFilter") == 4 + 2


@pytest.mark.parametrize(("samples", "xla"), [(4, True), (5, False)])
def test_it_trains_with_xla_and_on_a_batch_of_one(samples, xla):
    images, targets = toy_batches(2)
    model = toy_model()
    model.compile(keras.optimizers.SGD(1e-3), metrics=None, jit_compile=xla)
    part = {task: target[:samples] for task, target in targets.items()}
    weighting = ak.weighting.AutoLambda()
    model.fit(images[:samples], part, batch_size=4, verbose=0, callbacks=[weighting])
    assert np.isfinite(list(weighting.weights.values())).all()
    assert weighting.weights["segmentation"] != pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize(
    ("size", "share", "trains", "held"),
    [(4, 0.5, 2, 2), (5, 0.5, 3, 2), (8, 0.1, 7, 1), (3, 0.9, 1, 2), (1, 0.5, 1, 1)],
)
@pytest.mark.parametrize("static", [True, False])
def test_parts_of_a_batch(size, share, trains, held, static):
    x = np.arange(size)

    def parts(given):
        return [part.x for part in split(Samples(given, {"a": given}, None), share)]

    if not static:
        signature = tf.TensorSpec([None], tf.int64)
        parts = tf.function(parts, input_signature=[signature])
    found = [np.array(part).tolist() for part in parts(x)]
    assert found == [x[:trains].tolist(), x[size - held :].tolist()]
