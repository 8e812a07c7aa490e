"""Multiply-accumulates of a network, counted from its config, without building it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

_ALWAYS = ("Dense",)
_CONVOLUTIONS = {
    f"{kind}Conv{n}D{transposed}": n
    for kind, transposed in (("", ""), ("", "Transpose"), ("Depthwise", ""), ("Separable", ""))
    for n in (1, 2, 3)
}
"""Class of a layer -> the dimensions of its images."""


def macs(config: Mapping[str, Any]) -> int | None:
    """Multiply-accumulates of one image's forward pass; each is two floating-point operations.

    Convolutions (also depthwise, separable and transposed) and dense layers count, as often as the
    graph calls them; normalisation, activations, resizing and attention do not. With a kernel of
    k x k, C_in and C_out channels and g groups:

        convolution               H_out W_out k^2 C_in C_out / g
        transposed convolution    H_in W_in k^2 C_in C_out
        dense                     positions C_in C_out

    The transposed convolution includes the border that `padding="same"` cuts off, as TensorFlow's
    profiler does.

    Args:
        config: Of a built functional or sequential model, as `keras.saving.serialize_keras_object`
            returns it and the `config.json` of a `.keras` file holds it.

    Returns:
        The number, or `None` if a layer's image has an unknown side.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 6, 3)), keras.layers.Conv2D(4, 1)])
        >>> macs(keras.saving.serialize_keras_object(model))
        576
    """
    try:
        return _model(config)
    except _UnknownSideError:
        return None


def macs_text(count: int | None) -> str:
    """Such as `6.68 GMACs`."""
    if count is None:
        return "unknown"
    scale, unit = (1e9, "GMACs") if count >= 1e9 else (1e6, "MMACs")
    return f"{count / scale:.3g} {unit}"


class _UnknownSideError(Exception):
    """A layer was built for images of any size."""


def _model(config: Any) -> int:
    """Of a layer or a model, with every layer in it as often as it is called."""
    inner = config["config"]
    if "graph" in inner:  # an AuxiliaryModel
        return _model(inner["graph"])
    if "layers" not in inner:
        return _layer(config)
    return sum(_model(each) * len(each.get("inbound_nodes") or [None]) for each in inner["layers"])


def _layer(layer: Mapping[str, Any]) -> int:
    name, config = str(layer.get("class_name")), layer["config"]
    if name not in _CONVOLUTIONS and name not in _ALWAYS:
        return 0
    shape = (layer.get("build_config") or {}).get("input_shape")
    if not shape:
        raise _UnknownSideError
    image = list(shape[1:])
    first = config.get("data_format") == "channels_first"
    channels = image.pop(0 if first else -1)
    if channels is None or None in image:
        raise _UnknownSideError
    if name == "Dense":
        return math.prod(image) * channels * config["units"]
    kernel = _per_side(config["kernel_size"], len(image))
    taps = math.prod(kernel)
    if name.endswith("Transpose"):
        return math.prod(image) * taps * channels * config["filters"]
    places = math.prod(
        _places(side, size, stride, dilation, config["padding"])
        for side, size, stride, dilation in zip(
            image,
            kernel,
            _per_side(config["strides"], len(image)),
            _per_side(config.get("dilation_rate", 1), len(image)),
            strict=True,
        )
    )
    if name.startswith("Depthwise"):
        return places * taps * channels * config["depth_multiplier"]
    if name.startswith("Separable"):
        deep = channels * config["depth_multiplier"]
        return places * deep * (taps + config["filters"])
    return places * taps * channels * config["filters"] // config.get("groups", 1)


def _per_side(value: int | Sequence[int], sides: int) -> list[int]:
    return [value] * sides if isinstance(value, int) else list(value)


def _places(side: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """Positions of a kernel along one side."""
    if padding == "valid":
        side -= dilation * (kernel - 1)
    return -(-side // stride)
