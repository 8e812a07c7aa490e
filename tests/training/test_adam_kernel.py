"""Adam by TensorFlow's operation against Keras' own update."""

import copy

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.training.adam_kernel import use_adam_kernel

SHAPES = ((3, 2), (4,))


def trained(optimizer, with_kernel, steps=5, dtype="float32"):
    """Weights and the optimizer's variables after some steps, and the operations of a step."""
    draw = np.random.default_rng(0)
    weights = [keras.Variable(draw.normal(size=shape), dtype=dtype) for shape in SHAPES]
    optimizer.build(weights)
    if with_kernel:
        use_adam_kernel(optimizer)

    @tf.function
    def step(gradients):
        optimizer.apply(gradients, weights)

    for _ in range(steps):
        step([tf.cast(draw.normal(size=shape), dtype) for shape in SHAPES])
    graph = step.get_concrete_function([tf.zeros(shape, dtype) for shape in SHAPES]).graph
    operations = {op.type for op in graph.get_operations()}
    values = [variable.numpy() for variable in (*weights, *optimizer.variables)]
    return values, "ResourceApplyAdam" in operations


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.Adam(1e-2),
        lambda: keras.optimizers.AdamW(1e-2, weight_decay=0.1, beta_1=0.8, epsilon=1e-3),
        lambda: keras.optimizers.Adam(
            keras.optimizers.schedules.ExponentialDecay(1e-2, 2, 0.5), global_clipnorm=0.1
        ),
    ],
)
def test_equals_keras(make):
    (ours, used), (keras_has, of_keras) = trained(make(), True), trained(make(), False)
    assert (used, of_keras) == (True, False)
    for mine, theirs in zip(ours, keras_has, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=3e-5, atol=1e-7)


@pytest.mark.parametrize(
    "make", [lambda: keras.optimizers.Adam(1e-2, amsgrad=True), lambda: keras.optimizers.SGD(1e-2)]
)
def test_others_keep_their_own_update(make):
    (ours, used), (keras_has, _) = trained(make(), True), trained(make(), False)
    assert not used
    for mine, theirs in zip(ours, keras_has, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_half_precision_keeps_its_own_update():
    # In bfloat16 a beta of 0.99 is 0.9883, and 0.999 is 1.
    def make():
        return keras.optimizers.Adam(1e-2, beta_2=0.99)

    (ours, used), (keras_has, _) = (
        trained(make(), kernel, dtype="bfloat16") for kernel in (True, False)
    )
    assert not used
    for mine, theirs in zip(ours, keras_has, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_an_update_of_the_users_own_is_left_alone():
    class Signs(keras.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            self.assign_sub(variable, learning_rate * tf.sign(gradient))

    replaced = keras.optimizers.Adam(1e-2)
    replaced.update_step = own = Signs(1e-2).update_step
    for optimizer in (Signs(1e-2), replaced):
        use_adam_kernel(optimizer)
    assert replaced.update_step is own
    assert not trained(Signs(1e-2), True)[1]


def test_a_loss_scale_is_divided_away():
    inner = keras.optimizers.Adam(0.5)
    optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=4.0)
    weight = keras.Variable(np.zeros((3, 1), "float32"))
    optimizer.build([weight])
    use_adam_kernel(optimizer)
    assert "update_step" in vars(inner)
    optimizer.apply([tf.constant([[4.0], [0.0], [-4.0]])], [weight])
    # The first step of Adam is the rate, in the gradient's direction.
    np.testing.assert_allclose(weight.numpy(), [[-0.5], [0.0], [0.5]], rtol=1e-5)


def test_a_copy_updates_its_own_variables():
    optimizer = keras.optimizers.Adam(0.5)
    use_adam_kernel(optimizer)
    assert copy.deepcopy(optimizer.update_step).__self__ is not optimizer


def test_a_model_that_trains_has_it():
    image = keras.Input((2, 2, 3))
    output = keras.layers.Conv2D(2, 1, name="segmentation")(image)
    model = ak.models.AuxiliaryModel(image, {"segmentation": output}, auxiliary=None)
    model.compile(keras.optimizers.AdamW(0.1))
    model.make_train_function()
    assert "update_step" in vars(model.optimizer)
