"""Splits a model where the graphs of the tasks branch."""

import dataclasses
from typing import Any

import keras

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class SharedTrunk:
    """A model as two models that share its layers: `heads(shared(inputs))` equals the model.

    Attributes:
        shared: From the inputs to the list of tensors that leave the part common to all tasks.
        heads: From those tensors to the model's outputs.
    """

    shared: keras.Model
    heads: keras.Model


def shared_trunk(model: keras.Model) -> SharedTrunk:
    """Splits an `AuxiliaryModel` after the last operations that all tasks depend on.

    Every tensor that leaves the common part belongs to the cut, including skip connections into
    the decoders.

    Raises:
        ConfigError: The tasks share no trainable layer, or branch only inside a nested model.
    """
    common = set.intersection(*(_ancestors(model, model.output[task]) for task in model.tasks))
    outputs = [model.output[task] for task in model.tasks]
    if all(_node(output) in common for output in outputs):
        raise ConfigError(
            "The tasks' graphs branch inside one layer or nested model, which hides their shared "
            "representation. Build the heads from the encoder's outputs in the same graph, or use "
            "representation=False. "
            f"Received: outputs of {outputs[0]._keras_history.operation.name!r}."
        )
    given = {id(tensor) for tensor in model.inputs}
    cut: dict[int, Any] = {}
    trains = False
    for node in _nodes(model):
        if node in common or node.is_input:
            trains = trains or (node in common and bool(_trainable(node.operation)))
            continue
        for tensor in node.input_tensors:
            if id(tensor) in given or _node(tensor) in common:
                cut[id(tensor)] = tensor
    for output in keras.tree.flatten(model.output):
        if _node(output) in common:
            cut[id(output)] = output
    if not trains:
        raise ConfigError(
            f"The tasks {' and '.join(map(repr, model.tasks))} share no trainable layer, so "
            "there is no shared representation to balance, because "
            f"{why_none_is_shared(model)} Received: representation=True."
        )
    tensors = list(cut.values())
    return SharedTrunk(keras.Model(model.input, tensors), keras.Model(tensors, model.output))


def why_none_is_shared(model: keras.Model) -> str:
    """Why the tasks of an `AuxiliaryModel` train no common weight, and the remedy."""
    common = set.intersection(*(_ancestors(model, model.output[task]) for task in model.tasks))
    if any(getattr(node.operation, "weights", None) for node in common):
        return (
            "the encoder is not trainable. Set trainable = True on some of its layers and compile "
            "again, or use a weighting that needs only losses."
        )
    return "their graphs have no layer with weights in common."


def _node(tensor: Any) -> Any:
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index]


def _ancestors(model: keras.Model, tensor: Tensor) -> set:
    """The nodes of the graph between the model's inputs and `tensor`."""
    given = {id(each) for each in model.inputs}
    found: set = set()
    waiting = [tensor]
    while waiting:
        node = _node(waiting.pop())
        if node not in found:
            found.add(node)
            waiting += [each for each in node.input_tensors if id(each) not in given]
    return found


def _nodes(model: keras.Model) -> list:
    """All nodes of the graph, in an order that is the same for the same graph."""
    found: dict = {}
    for output in keras.tree.flatten(model.output):
        found.update(dict.fromkeys(_ancestors(model, output)))
    return list(found)


def _trainable(operation: Any) -> list:
    return getattr(operation, "trainable_variables", [])
