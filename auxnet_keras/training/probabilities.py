"""Whether a network's segmentation is probabilities or logits: a second softmax would ruin both."""

import warnings

import keras
import numpy as np
from keras import ops

from auxnet_keras.core.types import Tensor

# What leaves the sums over the classes as they are, as layers and as functions of `keras.ops`.
_KEEP_SUMS = {
    *("Cropping2D", "Dropout", "ExpandDims", "Identity", "Permute", "Reshape", "Resize"),
    *("Resizing", "Squeeze", "Transpose", "UpSampling2D", "Cast"),
}
_LINEAR = {"Conv1D", "Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv2D", "SeparableConv2D"}
_TOLERANCE = 1e-2  # of sums of float16


def gives_probabilities(model: keras.Model, task: str) -> bool:
    """Whether the classes of an output add up to 1, as after a softmax.

    The graph tells it for usual layers, also if the map is resized or reshaped after the softmax,
    or the head is a nested model. For others, such as a `Lambda`, one random image does.
    """
    known = _graph_tells(model.output[task])
    return _adds_up(model, task) if known is None else known


def _graph_tells(output: Tensor) -> bool | None:
    """Follows the graph back to a softmax (true) or linear layer (false); `None` for others."""
    operation, node, index = output._keras_history
    name = type(operation).__name__
    activation = getattr(operation, "activation", None)
    if name == "Softmax" or activation is keras.activations.softmax:
        return True
    if name in _LINEAR and activation is keras.activations.linear:
        return False
    if isinstance(operation, keras.Model) and hasattr(operation, "outputs"):
        return _graph_tells(operation.outputs[index])
    inputs = operation._inbound_nodes[node].input_tensors if operation._inbound_nodes else []
    passed_on = name == "Activation" and activation is keras.activations.linear
    if len(inputs) == 1 and (name in _KEEP_SUMS or passed_on):
        return _graph_tells(inputs[0])
    return None


def _adds_up(model: keras.Model, task: str) -> bool:
    generator = np.random.default_rng(0)

    def image(tensor: Tensor) -> Tensor:
        shape = [side or 64 for side in tensor.shape]
        shape[0] = 1
        return ops.convert_to_tensor(generator.uniform(0, 255, shape), dtype=tensor.dtype)

    try:
        result = model(keras.tree.map_structure(image, model.input), training=False)[task]
    except Exception as error:  # of a layer that takes no such image
        warnings.warn(
            f"Whether the output {task!r} is logits or probabilities is unknown, and logits are "
            "assumed. If it is probabilities, pass compile a loss with from_logits=False. The test "
            f"image was refused: {' '.join(str(error).split())[:200]}",
            stacklevel=2,
        )
        return False
    maps = ops.convert_to_numpy(ops.cast(result, "float32"))
    return bool((maps >= 0).all() and np.allclose(maps.sum(axis=-1), 1.0, atol=_TOLERANCE))
