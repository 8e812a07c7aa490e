"""Adam on weights, against its algorithm."""

import numpy as np
import tensorflow as tf

from auxnet_keras.weighting.adam import Adam
from auxnet_keras.weighting.base import WeightingState
from tests.oracles.learned_weights import Adam as Expected


def test_equal_to_the_oracle_and_blind_to_what_is_not_usable():
    adam, expected = Adam(WeightingState("test"), 3, 0.1), Expected(3, 0.1)
    for gradient in np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32):
        for bad in (tf.constant(gradient * np.nan), tf.constant(gradient * np.inf)):
            assert not np.any(adam.change(bad, tf.constant(True)))
        assert not np.any(adam.change(tf.constant(gradient), tf.constant(False)))
        found = adam.change(tf.constant(gradient), tf.constant(True))
        np.testing.assert_allclose(found, expected.step(gradient), rtol=1e-4)


def test_gradients_that_cannot_be_squared():
    found = Adam(WeightingState("test"), 2, 0.1).change(
        tf.constant([1e30, -1e30]), tf.constant(True)
    )
    np.testing.assert_allclose(found, [0.1, -0.1], rtol=1e-5)
