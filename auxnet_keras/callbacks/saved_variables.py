"""Reads and restores all variables of a fit by name."""

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras.callbacks.checkpoint_store import Checkpoint, CheckpointError


def variables_of(model: keras.Model) -> dict[str, Any]:
    """All variables of the model, including the weighting's state, and of its optimizer."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    optimizer = model.optimizer.variables
    return {**_numbered("model", model.variables), **_numbered("optimizer", optimizer)}


def means_of(model: keras.Model) -> dict[str, np.ndarray]:
    """The sums that the metrics have accumulated in the current epoch."""
    return {
        name: ops.convert_to_numpy(variable)
        for name, variable in _numbered("metric", model.metrics_variables).items()
    }


def restore_variables(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Restores the variables of `model` and its optimizer.

    Raises:
        CheckpointError: The checkpoint belongs to another model, weighting or optimizer.
    """
    variables = variables_of(model)
    saved = checkpoint.meta["variables"]
    for name in sorted(variables.keys() | saved.keys()):
        ours, theirs = variables.get(name), checkpoint.arrays.get(name)
        if ours is None or theirs is None or tuple(ours.shape) != theirs.shape:
            here = "nothing" if ours is None else f"{ours.path} {tuple(ours.shape)}"
            there = "nothing" if theirs is None else f"{saved.get(name)} {theirs.shape}"
            raise CheckpointError(
                f"The checkpoint {checkpoint.path} belongs to another model, weighting or "
                f"optimizer: it has {there} where this fit has {here}. Build the same model, "
                "weighting and optimizer, or use another run folder. "
                f"Received: {len(variables)} variables, {len(saved)} in the file."
            )
    for name, variable in variables.items():
        value = checkpoint.arrays[name]
        dtype = ops.convert_to_numpy(variable).dtype
        # NumPy files do not support bfloat16: it is read as bytes of the same width.
        variable.assign(value.view(dtype) if value.dtype.kind == "V" else value.astype(dtype))


def restore_means(model: keras.Model, arrays: Mapping[str, np.ndarray], element_spec: Any) -> None:
    """Restores in the metrics what `means_of` returned.

    Args:
        model: Compiled model.
        arrays: Name to array; other names are ignored.
        element_spec: Of the training data. On TensorFlow metrics have no variables before their
            first batch, so they are given a blank one; on other backends `fit` has built them.
    """
    if keras.backend.backend() == "tensorflow":
        model.test_on_batch(*keras.tree.map_structure(_blank, element_spec))
    for name, variable in _numbered("metric", model.metrics_variables).items():
        if name in arrays and arrays[name].shape == tuple(variable.shape):
            variable.assign(arrays[name])


def _blank(spec: Any) -> np.ndarray:
    shape = [side or 1 for side in spec.shape]
    return np.zeros(shape, keras.backend.standardize_dtype(spec.dtype))


def _numbered(owner: str, variables: Iterable[Any]) -> dict[str, Any]:
    return {f"{owner}-{number:05d}": variable for number, variable in enumerate(variables)}
