"""The band along class borders, against a search over all pairs of pixels."""

import numpy as np
import pytest

from auxnet_keras.metrics.borders import border_band
from tests.oracles import parts


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_against_a_search_of_every_pair_of_pixels(width):
    rng = np.random.default_rng(width)
    labels = np.kron(rng.integers(0, 3, (3, 4)), np.ones((6, 6), int)).astype(np.uint8)
    labels[rng.random(labels.shape) < 0.1] = 255
    labels[:5, 12:] = 255
    found = border_band(labels, width)
    np.testing.assert_array_equal(found, parts.band(labels, width))
    assert found.any() and not found.all()


def test_ids_beyond_a_byte_keep_their_borders():
    labels = np.repeat(np.array([[3, 600]], np.int32), 4, axis=1)
    np.testing.assert_array_equal(border_band(labels, 1)[0].nonzero()[0], [3, 4])


def test_one_class_or_none_has_no_border():
    assert not border_band(np.full((4, 4), 7, np.uint8), 3).any()
    assert not border_band(np.full((4, 4), 255, np.uint8), 3).any()
