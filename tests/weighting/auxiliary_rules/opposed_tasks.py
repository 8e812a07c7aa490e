"""A toy network whose auxiliary task pulls the shared weights against the main one."""

import functools

import keras
import numpy as np

import auxnet_keras as ak

LOSSES = {"near": ak.losses.DepthL1(), "far": ak.losses.DepthL1()}


def model():
    """Two heads with nearly the same weights, the auxiliary one with the longer gradient."""
    keras.utils.set_random_seed(3)
    image = keras.Input((8, 12, 3))
    features = keras.layers.Conv2D(4, 3, padding="same", activation="tanh", name="shared")(image)
    heads = {task: keras.layers.Conv2D(1, 1, name=task)(features) for task in LOSSES}
    found = ak.models.AuxiliaryModel(image, heads, "near", "far")
    kernel, bias = found.get_layer("near").get_weights()
    alike = kernel + 0.2 * np.array([1, -1, 1, -1])[:, None]
    found.get_layer("far").set_weights([3.0 * alike, bias + 20.0])  # a depth is not negative
    for task in LOSSES:
        found.get_layer(task).trainable = False
    return found


def data():
    """The main task wants larger outputs, the auxiliary one smaller ones, at every pixel."""
    images = np.random.default_rng(0).normal(size=(4, 8, 12, 3)).astype(np.float32)
    targets = np.ones((4, 8, 12, 1), np.float32)
    return images, {"near": 50.0 * targets, "far": 0.0 * targets}


def change_of_main_loss(weighting):
    """After a step so small that first order holds."""
    found = model()
    images, targets = data()
    found.compile(keras.optimizers.SGD(1e-3), LOSSES, metrics=None)
    weighting.set_model(found)
    before = found.evaluate(images, targets, verbose=0, return_dict=True)["near_loss"]
    found.train_on_batch(images, targets)
    return found.evaluate(images, targets, verbose=0, return_dict=True)["near_loss"] - before


@functools.cache
def sum_raises_main_loss():
    return change_of_main_loss(ak.weighting.FixedWeights({"near": 1.0, "far": 1.0})) > 0


def main_loss_falls(weighting):
    return change_of_main_loss(weighting) < 0
