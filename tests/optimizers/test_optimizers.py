"""Optimizers: one step of each by hand, clipping by the norm of all gradients, and errors."""

import keras
import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.optimizers import SGD, Adam, AdamW

WEIGHTS = (np.array([1.0, -2.0]), np.array([0.5]))
GRADIENTS = (np.array([3.0, 0.0]), np.array([4.0]))  # norm 5


def stepped(optimizer, rate=0.1, steps=1):
    variables = [keras.Variable(weight, dtype="float32") for weight in WEIGHTS]
    made = optimizer.make(rate)
    for _ in range(steps):
        made.apply([keras.ops.convert_to_tensor(g, "float32") for g in GRADIENTS], variables)
    return np.concatenate([np.array(variable) for variable in variables])


def test_adam_is_that_of_keras():
    made = Adam().make(0.1)
    assert type(made) is type(keras.optimizers.Adam())
    assert made.get_config() | {"name": ""} == keras.optimizers.Adam(0.1).get_config() | {
        "name": ""
    }


def test_adamw_decays_with_the_learning_rate():
    # The first step of Adam is rate x sign(g); before it, w shrinks by rate x decay.
    decayed = np.array([1.0, -2.0, 0.5]) * (1 - 0.1 * 0.2)
    expected = decayed - 0.1 * np.array([1.0, 0.0, 1.0])
    np.testing.assert_allclose(stepped(AdamW(weight_decay=0.2)), expected, atol=1e-6)


def test_sgd_with_momentum_by_hand():
    gradient = np.array([3.0, 0.0, 4.0])
    whole = np.array([1.0, -2.0, 0.5])
    # Two steps: u1 = -0.1 g, u2 = 0.5 u1 - 0.1 g.
    expected = whole - 0.1 * gradient - (0.05 + 0.1) * gradient
    np.testing.assert_allclose(stepped(SGD(momentum=0.5), steps=2), expected, rtol=1e-6)
    decayed = whole * (1 - 0.1 * 0.3) - 0.1 * gradient
    np.testing.assert_allclose(stepped(SGD(0.0, weight_decay=0.3)), decayed, rtol=1e-6)


@pytest.mark.parametrize(("clip", "share"), [(1.0, 1 / 5), (50.0, 1.0)])
def test_clipping_is_by_the_norm_of_all_gradients(clip, share):
    expected = np.array([1.0, -2.0, 0.5]) - 0.1 * share * np.array([3.0, 0.0, 4.0])
    np.testing.assert_allclose(stepped(SGD(momentum=0.0, clip=clip)), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Adam(clip=0), "clip of adam must be a finite number > 0"),
        (lambda: AdamW(weight_decay=-1), "weight_decay of adamw must be a finite number >= 0"),
        (lambda: AdamW(clip=float("inf")), "clip of adamw must be a finite number > 0"),
        (lambda: SGD(momentum=1.0), r"momentum of sgd must be in \[0, 1\)"),
        (lambda: SGD(weight_decay="x"), "weight_decay of sgd must be a finite number >= 0"),
    ],
)
def test_values_out_of_range_get_a_sentence(build, says):
    with pytest.raises(ConfigError, match=says):
        build()
