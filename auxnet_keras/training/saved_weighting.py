"""The weighting of a saved model: its class and arguments; its state is among the weights."""

import contextlib
import importlib
import warnings
from typing import Any

import keras
from keras import ops

from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.weighting.base import Weighting
from auxnet_keras.weighting.catalogue import WEIGHTINGS


def saved(weighting: Weighting | None) -> dict[str, Any] | None:
    """What a saved model keeps of its weighting, apart from the state; `None` if it cannot."""
    if weighting is None:
        return None
    try:
        return keras.saving.serialize_keras_object(weighting)
    except TypeError as error:
        warnings.warn(
            f"The model is saved without its weighting, because {type(weighting).__name__} has an "
            f"argument that cannot be saved: {error}",
            stacklevel=2,
        )
        return None


def attach_saved(model: keras.Model, config: dict[str, Any]) -> None:
    """Attaches the weighting with which a model was saved.

    Its state is in the file's weights, which Keras loads next. The first fit with the same
    weighting and the same arguments continues with it.

    Args:
        model: Compiled as it was saved.
        config: From `saved`.
    """
    try:
        for method in WEIGHTINGS.values():
            with contextlib.suppress(ConfigError):  # a broken one of somebody else
                _ = method.weighting  # importing a class registers it
        importlib.import_module("auxnet_keras.weighting.combined")  # not in the catalogue
        weighting = keras.saving.deserialize_keras_object(config)
        if not isinstance(weighting, Weighting):
            raise TypeError(f"It is a {type(weighting).__name__}.")
        weighting.set_model(model)
    except Exception as error:  # whatever a file of someone else makes a constructor raise
        named = config if isinstance(config, dict) else {}
        name = named.get("registered_name") or named.get("class_name") or shown(config)
        warnings.warn(
            f"The model was saved with the weighting {name}, which cannot be restored, so its "
            "loss is weighted with the constant loss_weights. Import the weighting's module, under "
            f"the name it had, before loading the model. {' '.join(str(error).split())[:200]}",
            stacklevel=2,
        )
        return
    model._weighting_is_saved = True


def saved_values(model: keras.Model, weighting: Weighting) -> list[Any]:
    """The state that a weighting takes over from a loaded model: of an equal one, else nothing."""
    before = model._weighting
    if not model._weighting_is_saved or saved(before) != saved(weighting):
        return []
    return [ops.convert_to_numpy(variable) for variable in before.state.variables]
