"""The passes back equal `jax.vjp`, and know what an output does not depend on."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from auxnet_keras.core.jax_derivative import Derivative  # noqa: E402


@jax.custom_vjp
def square(x):
    return x * x


square.defvjp(lambda x: (x * x, x), lambda x, g: (2.0 * x * g,))


def function(inputs):
    a, b, c, _ = inputs
    hidden = square(jax.nn.relu(a))
    first = (hidden @ b).sum()
    second = (hidden @ c).sum() + jax.lax.stop_gradient(b).sum()
    return [first, second, jax.numpy.float32(3.0)], {"hidden": hidden, "nothing": None}


def test_gradients_and_what_has_none():
    random = np.random.default_rng(0)
    at = [random.normal(size=shape).astype(np.float32) for shape in ((3, 3), (3, 2), (3, 1), (2,))]
    found = Derivative(function, at)
    assert found.rest["hidden"].shape == (3, 3)
    _, pull = jax.vjp(lambda inputs: function(inputs)[0], at)
    used = {0: (0, 1), 1: (0, 2), 2: ()}  # what is stopped does not count
    for output, inputs in used.items():
        gradients = found.of(output)
        (expected,) = pull([np.float32(n == output) for n in range(3)])
        assert tuple(n for n, g in enumerate(gradients) if g is not None) == inputs
        for n in inputs:
            np.testing.assert_allclose(gradients[n], expected[n], rtol=1e-6)
    both = found.back([np.float32(2.0), np.float32(-1.0), None])
    (expected,) = pull([np.float32(2.0), np.float32(-1.0), np.float32(0.0)])
    for gradient, wanted in zip(both[:3], expected[:3], strict=True):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-6)
    assert both[3] is None
