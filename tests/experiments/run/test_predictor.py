"""A network on images of any size."""

import keras
import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.predictor import Predictor
from auxnet_keras.models import AuxiliaryModel


def constant_network(disparity=10.0):
    """Class 1 in the left half, class 0 in the right; the same depth everywhere."""
    image = keras.Input((32, 64, 3), name="image")
    left = np.zeros((1, 32, 64, 2), np.float32)
    left[:, :, :32, 1] = left[:, :, 32:, 0] = 1.0
    zero = keras.ops.mean(keras.ops.cast(image, "float32"), axis=-1, keepdims=True) * 0.0
    outputs = {"segmentation": zero + left, "depth": zero + disparity}
    return AuxiliaryModel(image, outputs)


@pytest.mark.parametrize(("unit", "expected"), [("disparity_px", 20.0), ("metres", 10.0)])
def test_disparity_grows_with_the_width_and_metres_do_not(unit, expected):
    predict = Predictor(constant_network(), unit)
    prediction = predict(np.zeros((50, 128, 3), np.uint8))
    assert prediction.depth.shape == (50, 128)
    np.testing.assert_allclose(prediction.depth, expected)


def test_classes_come_back_at_the_images_size():
    prediction = Predictor(constant_network(), "metres")(np.zeros((50, 128, 3), np.uint8))
    assert (prediction.classes.shape, prediction.classes.dtype) == ((50, 128), np.uint8)
    assert (prediction.classes[:, :63] == 1).all() and (prediction.classes[:, 65:] == 0).all()


def test_more_classes_than_opencv_has_channels():
    image = keras.Input((32, 64, 3), name="image")
    zero = keras.ops.mean(keras.ops.cast(image, "float32"), axis=-1, keepdims=True) * 0.0
    scores = np.eye(385, dtype=np.float32)[np.arange(64) % 2 * 60 + 300]  # class 300, 360, 300, ...
    model = AuxiliaryModel(image, {"segmentation": zero + scores}, auxiliary=None)
    classes = Predictor(model, "metres")(np.zeros((32, 64, 3), np.uint8)).classes
    assert classes.dtype == np.uint16 and (classes == np.arange(64) % 2 * 60 + 300).all()


def test_a_network_with_a_second_input_asks_for_it():
    inputs = {
        "image": keras.Input((32, 64, 3), name="image"),
        "depth": keras.Input((32, 64, 1), name="depth"),
    }
    depth = keras.ops.concatenate([inputs["depth"], -inputs["depth"]], axis=-1)
    colour = keras.ops.mean(keras.ops.cast(inputs["image"], "float32"), -1, keepdims=True)
    model = AuxiliaryModel(inputs, {"segmentation": depth + 0.0 * colour}, auxiliary=None)
    predict = Predictor(model, "metres")
    image = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(ConfigError, match="second input"):
        predict(image)
    assert (predict(image, np.ones((64, 64, 1), np.float32)).classes == 0).all()
    assert (predict(image, -np.ones((64, 64), np.float32)).classes == 1).all()


def test_a_single_class_keeps_its_shape():
    image = keras.Input((32, 64, 3), name="image")
    scores = keras.ops.mean(keras.ops.cast(image, "float32"), axis=-1, keepdims=True)
    model = AuxiliaryModel(image, {"segmentation": scores}, auxiliary=None)
    prediction = Predictor(model, "metres")(np.zeros((50, 128, 3), np.uint8))
    np.testing.assert_array_equal(prediction.classes, np.zeros((50, 128)))


@pytest.mark.parametrize("softmax", [False, True])
def test_confidence_is_the_probability_of_the_class_from_logits_or_probabilities(softmax):
    image = keras.Input((32, 64, 3), name="image")
    zero = keras.ops.mean(keras.ops.cast(image, "float32"), axis=-1, keepdims=True) * 0.0
    scores = zero + np.array([0.0, np.log(3.0)], np.float32)  # probabilities 1/4 and 3/4
    if softmax:
        scores = keras.layers.Softmax()(scores)
    predict = Predictor(AuxiliaryModel(image, {"segmentation": scores}, auxiliary=None), "metres")
    photo = np.zeros((50, 128, 3), np.uint8)
    prediction = predict(photo, confidence=True)
    assert prediction.confidence.dtype == np.float32
    np.testing.assert_allclose(prediction.confidence, np.full((50, 128), 0.75), rtol=1e-6)
    assert predict(photo).confidence is None


def test_confidence_is_computed_at_the_images_size():
    predict = Predictor(constant_network(), "metres")  # its scores are probabilities, 0 and 1
    confidence = predict(np.zeros((32, 128, 3), np.uint8), confidence=True).confidence
    np.testing.assert_allclose(confidence[:, 63:65], 0.75, rtol=1e-5)  # between the halves
    np.testing.assert_allclose(confidence[:, :62], 1.0, rtol=1e-5)


def test_what_a_network_predicts():
    assert Predictor(constant_network(), "metres").tasks == ("segmentation", "depth")
