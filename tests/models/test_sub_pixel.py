"""The transposed convolution in its other form: the same numbers, gradients and weights."""

import keras
import numpy as np
import pytest
from keras import ops

from auxnet_keras.models.sub_pixel import Conv2DTranspose, sub_pixel_convolution
from tests import jax_only


def by_hand(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Every input pixel adds its multiple of the kernel to the output; the margin is cut."""
    batch, height, width, _ = x.shape
    side, _, filters, _ = kernel.shape
    full = np.zeros((batch, (height - 1) * stride + side, (width - 1) * stride + side, filters))
    for i in range(height):
        for j in range(width):
            rows, columns = (slice(k * stride, k * stride + side) for k in (i, j))
            full[:, rows, columns] += np.einsum("bc,yxkc->byxk", x[:, i, j], kernel)
    cut = (side - stride) // 2
    return full[:, cut : cut + height * stride, cut : cut + width * stride]


@pytest.mark.parametrize(("side", "stride"), [(16, 8), (4, 2), (2, 2), (9, 3)])
def test_equals_the_transposed_convolution(side, stride):
    draw = np.random.default_rng(side)
    x, kernel = draw.normal(size=(2, 3, 5, 2)), draw.normal(size=(side, side, 4, 2))
    expected = by_hand(x, kernel, stride)
    layer = keras.layers.Conv2DTranspose(4, side, stride, padding="same", use_bias=False)
    layer.build(x.shape)
    layer.set_weights([kernel])
    ours = sub_pixel_convolution(
        ops.convert_to_tensor(x, "float32"), ops.convert_to_tensor(kernel, "float32"), stride
    )
    np.testing.assert_allclose(ops.convert_to_numpy(ours), expected, atol=1e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), expected, atol=1e-5)


def test_what_has_no_positions_is_left_to_keras():
    for changed in ({"padding": "valid"}, {"kernel_size": 5}, {"strides": (2, 1)}):
        layer = Conv2DTranspose(**{"filters": 2, "kernel_size": 4, "strides": 2} | changed)
        assert not layer._has_positions()
    assert Conv2DTranspose(2, 4, 2, padding="same")._has_positions()


def test_on_jax_outputs_and_gradients_are_those_of_keras():
    printed = jax_only.run(
        """
import jax, keras, numpy as np
from auxnet_keras.models import sub_pixel
x = np.random.default_rng(0).normal(size=(2, 3, 4, 3)).astype("float32")
results, calls = [], []
original = sub_pixel.sub_pixel_convolution
sub_pixel.sub_pixel_convolution = lambda *given: calls.append(1) or original(*given)
for of in (keras.layers.Conv2DTranspose, sub_pixel.Conv2DTranspose):
    keras.utils.set_random_seed(1)
    layer = of(2, 4, 2, padding="same", activation="tanh", bias_initializer="ones")
    layer.build(x.shape)
    loss = lambda weights, x: (layer.stateless_call(weights, [], x)[0] ** 3).sum()
    weights = [variable.value for variable in layer.trainable_variables]
    results.append(jax.tree.leaves(jax.value_and_grad(loss, (0, 1))(weights, x)))
for keras_has, ours in zip(*results, strict=True):
    np.testing.assert_allclose(ours, keras_has, rtol=1e-4, atol=1e-5)
print(len(results[0]), len(calls))
"""
    )
    assert printed.split() == ["4", "1"]
