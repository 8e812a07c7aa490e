from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.resize import (
    check_size,
    nearest_indices,
    resize_bilinear,
    resize_nearest,
)
from auxnet_keras.errors import ConfigError

LENGTHS = st.integers(1, 300)


@given(LENGTHS, LENGTHS)
def test_index_is_the_pixel_under_the_centre(length, wanted):
    expected = [int((Fraction(2 * i + 1, 2) * length) / wanted) for i in range(wanted)]
    assert nearest_indices(length, wanted).tolist() == expected


@given(LENGTHS, LENGTHS)
def test_index_is_symmetric_unless_a_centre_falls_between_pixels(length, wanted):
    found = nearest_indices(length, wanted)
    mirrored = length - 1 - found[::-1]
    between = [(2 * i + 1) * length % (2 * wanted) == 0 for i in range(wanted)]
    np.testing.assert_array_equal(found[~np.array(between)], mirrored[~np.array(between)])


@pytest.mark.parametrize("size", [(375, 1242), (376, 1241), (760, 1280), (100, 100), (224, 384)])
def test_agrees_with_tensorflow(size):
    import tensorflow as tf

    values = np.random.default_rng(0).integers(0, 65536, (*size, 1), np.uint16)
    expected = tf.image.resize(values.astype(np.int32), (224, 384), method="nearest").numpy()
    np.testing.assert_array_equal(resize_nearest(values, (224, 384)), expected)


def test_labels_and_image_stay_aligned():
    # A ramp: the bilinear image at a pixel is where nearest looks, within half a source pixel.
    ramp = np.tile(np.arange(250, dtype=np.uint8), (40, 1))
    image = resize_bilinear(np.repeat(ramp[..., None], 3, axis=2), (20, 100))[..., 0]
    labels = resize_nearest(ramp, (20, 100))
    assert np.abs(image.astype(int) - labels.astype(int)).max() <= 1


def test_nothing_to_do_is_the_same_array():
    values = np.zeros((4, 6), np.uint8)
    assert resize_nearest(values, (4, 6)) is values


@pytest.mark.parametrize("size", [224, (224,), (224, 384, 3), (0, 384), (1.5, 2), "ab", (True, 2)])
def test_bad_sizes(size):
    with pytest.raises(ConfigError, match=r"\(height, width\).*Received"):
        check_size(size)


def test_good_sizes():
    assert check_size([224, np.int64(384)]) == (224, 384)
