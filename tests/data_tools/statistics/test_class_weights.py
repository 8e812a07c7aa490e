"""Class weights against numbers worked out by hand."""

import math

import numpy as np
import pytest

from auxnet_keras.losses import PixelCrossEntropy
from data_tools.statistics.class_weights import enet, median_frequency


def test_median_frequency_by_hand():
    # Two images of 100 pixels. Road is in both, car in the first alone, and nobody is in a plane.
    pixels = np.array([60 + 80, 20, 0, 10])
    image_pixels = np.array([200, 100, 0, 200])
    frequency = [140 / 200, 20 / 100, 10 / 200]  # 0.7, 0.2, 0.05: the median is car's
    expected = [0.2 / frequency[0], 1.0, 0.0, 0.2 / frequency[2]]
    np.testing.assert_allclose(median_frequency(pixels, image_pixels), expected)


def test_an_even_number_of_classes_has_its_median_between_two():
    weights = median_frequency(np.array([10, 30]), np.array([100, 100]))
    np.testing.assert_allclose(weights, [0.2 / 0.1, 0.2 / 0.3])


def test_enet_by_hand():
    weights = enet(np.array([75, 25, 0]))
    np.testing.assert_allclose(weights, [1 / math.log(1.77), 1 / math.log(1.27), 0.0])


def test_the_only_class_weighs_what_the_formula_says():
    assert median_frequency(np.array([0, 7]), np.array([0, 9])).tolist() == [0.0, 1.0]
    assert enet(np.array([0, 7])).tolist() == [0.0, pytest.approx(1 / math.log(2.02))]


def test_without_a_pixel_all_weights_are_0():
    assert median_frequency(np.zeros(3, int), np.zeros(3, int)).tolist() == [0.0, 0.0, 0.0]
    assert enet(np.zeros(3, int)).tolist() == [0.0, 0.0, 0.0]


def test_the_loss_takes_them():
    pixels = np.array([90, 10, 0])
    for weights in (enet(pixels), median_frequency(pixels, np.array([100, 100, 0]))):
        loss = PixelCrossEntropy(class_weights=weights.tolist())
        assert float(loss(np.array([[[0, 1]]]), np.zeros((1, 1, 2, 3)))) == pytest.approx(
            math.log(3)
        )
