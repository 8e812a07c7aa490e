"""Derivatives on JAX: one pass forward, then one back for each output that is asked for."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax.extend.core import Literal

from auxnet_keras.core.gradients import Gradients
from auxnet_keras.core.types import Tensor


class Derivative:
    """The derivative of a function of several tensors, at a point.

    `jax.vjp` would go back through everything, whichever outputs have a gradient: here a pass back
    touches only what the given outputs depend on, as TensorFlow's tape does.

    Args:
        function: From a list of tensors to (a list of outputs, anything else).
        at: The tensors.

    Attributes:
        outputs: The function's.
        rest: What else it returned.
    """

    def __init__(
        self, function: Callable[[list[Tensor]], tuple[list[Tensor], Any]], at: Sequence[Tensor]
    ) -> None:
        self._at = list(at)
        self.outputs, self._linear, self.rest = jax.linearize(function, self._at, has_aux=True)
        self._traced = jax.make_jaxpr(self._linear)(self._at).jaxpr

    def of(self, output: int) -> Gradients:
        """The gradient of an output, which is a scalar, with respect to all inputs."""
        ones: list[Any] = [None] * len(self.outputs)
        ones[output] = jax.numpy.ones_like(self.outputs[output])
        return self.back(ones)

    def back(self, gradients: Gradients) -> Gradients:
        """The gradients with respect to the inputs, given those with respect to the outputs."""
        given = [n for n, gradient in enumerate(gradients) if gradient is not None]
        used = self._inputs_of(given)
        if not any(used):
            return [None] * len(used)
        transposed = jax.linear_transpose(
            lambda inputs: [self._linear(inputs)[n] for n in given], self._at
        )
        (found,) = transposed([gradients[n] for n in given])
        return [each if on else None for each, on in zip(found, used, strict=True)]

    def _inputs_of(self, outputs: Sequence[int]) -> list[bool]:
        """For each input, whether one of the outputs depends on it."""
        needed = {
            self._traced.outvars[n] for n in outputs if not _constant(self._traced.outvars[n])
        }
        for equation in reversed(self._traced.eqns):
            if not needed.isdisjoint(equation.outvars):
                needed.update(each for each in equation.invars if not _constant(each))
        return [variable in needed for variable in self._traced.invars]


def _constant(each: Any) -> bool:
    return isinstance(each, Literal)
