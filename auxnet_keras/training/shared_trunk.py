"""Splits a model where the graphs of its tasks branch, or before the last layer they share."""

import dataclasses
from collections.abc import Collection
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
        last: The last shared layer, the first of `heads`, at whose variables gradients are
            compared; `None` if they are compared at the tensors.
    """

    shared: keras.Model
    heads: keras.Model
    last: Any = None


def trunk_for(model: keras.Model, parameters: str) -> SharedTrunk | None:
    """The split for a weighting's `parameters`; `None` for `"shared"`.

    Raises:
        ConfigError: The tasks share no trainable layer, or branch only inside a nested model.
    """
    if parameters == "shared":
        return None
    return shared_trunk(model) if parameters == "representation" else last_layer_trunk(model)


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
            "parameters='shared'. "
            f"Received: outputs of {outputs[0]._keras_history.operation.name!r}."
        )
    if not any(_trainable(node.operation) for node in common):
        raise ConfigError(
            f"The tasks {model.tasks} share no trainable layer, so there is no shared "
            f"representation to compare gradients at, because {why_none_is_shared(model)} "
            "Received: parameters='representation'."
        )
    return _split(model, common)


def last_layer_trunk(model: keras.Model) -> SharedTrunk:
    """Splits an `AuxiliaryModel` before the last layer with weights that every task depends on.

    The last one is that nearest to the outputs. What follows it, such as an activation, is on the
    side of the heads.

    Raises:
        ConfigError: The tasks share no trainable layer.
    """
    common = set.intersection(*(_ancestors(model, model.output[task]) for task in model.tasks))
    shared = [
        operation
        for operation in model.operations  # from the inputs to the outputs
        if _trainable(operation) and not common.isdisjoint(operation._inbound_nodes)
    ]
    if not shared:
        raise ConfigError(
            f"The tasks {model.tasks} have no last shared layer to compare gradients at, because "
            f"{why_none_is_shared(model)} Received: parameters='last'."
        )
    last = set(shared[-1]._inbound_nodes)
    before = {node for node in common if last.isdisjoint(_ancestors(model, node.output_tensors[0]))}
    return _split(model, before, shared[-1])


def _split(model: keras.Model, before: Collection, last: Any = None) -> SharedTrunk:
    """Cuts every tensor that leaves `before`, nodes whose ancestors are all among them."""
    given = {id(tensor) for tensor in model.inputs}
    cut: dict[int, Any] = {}
    for node in _nodes(model):
        if node in before or node.is_input:
            continue
        for tensor in node.input_tensors:
            if id(tensor) in given or _node(tensor) in before:
                cut[id(tensor)] = tensor
    for output in keras.tree.flatten(model.output):
        if _node(output) in before:
            cut[id(output)] = output
    tensors = list(cut.values())
    return SharedTrunk(keras.Model(model.input, tensors), keras.Model(tensors, model.output), last)


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
