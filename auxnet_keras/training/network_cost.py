"""What a network costs, counted from its graph: parameters, multiply-accumulates, activations."""

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import keras

from auxnet_keras.training.shared_trunk import nodes_of

_layers = keras.layers
_SEPARABLE = (_layers.SeparableConv1D, _layers.SeparableConv2D)
_TRANSPOSED = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_WITH_KERNEL = (
    *(_layers.Conv1D, _layers.Conv2D, _layers.Conv3D),
    *(_layers.DepthwiseConv1D, _layers.DepthwiseConv2D),
    *_SEPARABLE,
    *_TRANSPOSED,
    _layers.Dense,
)


@dataclasses.dataclass(frozen=True)
class NetworkCost:
    """What a network costs.

    Attributes:
        parameters: Number of weights.
        macs: Multiply-accumulates of a forward pass for one image; `None` if the graph has unknown
            sides. One multiply-accumulate is two floating-point operations.
        activations: Numbers in the outputs of all layers for one image, which training keeps for
            the gradient unless the compiler removes some; `None` as for `macs`.
    """

    parameters: int
    macs: int | None
    activations: int | None


def network_cost(model: keras.Model) -> NetworkCost:
    """Counts parameters, multiply-accumulates and activations of a functional model.

    Convolutions (also depthwise, separable and transposed) and dense layers count, each as often as
    the graph calls it; what has no kernel (normalisation, resizing, activations, attention without
    dense layers) does not. With a kernel of k x k, C_in and C_out channels and g groups:

        convolution               H_out W_out k^2 C_in C_out / g
        transposed convolution    H_in W_in k^2 C_in C_out
        dense                     positions C_in C_out

    The formula of the transposed convolution includes the border that `padding="same"` cuts off, as
    TensorFlow's profiler does.

    Args:
        model: A functional or sequential model, also with models inside it.

    Example:
        >>> network_cost(ak.models.SegNet(12, weights=None)).parameters
        23672264
    """
    macs, activations = 0, 0
    for operation, taken, given in _calls(model):
        shapes = [tensor.shape[1:] for tensor in (*taken, *given)]
        if any(side is None for shape in shapes for side in shape):
            return NetworkCost(model.count_params(), None, None)
        activations += sum(math.prod(tensor.shape[1:]) for tensor in given)
        macs += _macs(operation, taken[0].shape[1:], given[0].shape[1:])
    return NetworkCost(model.count_params(), macs, activations)


def _calls(model: keras.Model) -> Iterator[tuple[Any, Any, Any]]:
    """Every call of a layer in the graph, also inside nested models: layer, inputs, outputs."""
    for node in nodes_of(model):
        if isinstance(node.operation, keras.Model) and getattr(node.operation, "inputs", None):
            yield from _calls(node.operation)
        elif not node.is_input:
            yield node.operation, node.input_tensors, node.output_tensors


def _macs(layer: Any, taken: tuple[int, ...], given: tuple[int, ...]) -> int:
    if not isinstance(layer, _WITH_KERNEL):
        return 0
    shape = taken if isinstance(layer, _TRANSPOSED) else given
    positions = math.prod(shape) // shape[_channel_axis(layer)]
    names = ("kernel",)
    if isinstance(layer, _SEPARABLE):
        names = ("depthwise_kernel", "pointwise_kernel")
    return positions * sum(math.prod(getattr(layer, name).shape) for name in names)


def _channel_axis(layer: Any) -> int:
    return 0 if getattr(layer, "data_format", "") == "channels_first" else -1
