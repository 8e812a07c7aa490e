"""Attaches a weighting's state to a model and removes it without a trace."""

import copy
import warnings
import weakref

import keras

from auxnet_keras.core import replicas
from auxnet_keras.training import compile_checks
from auxnet_keras.training.logged_metrics import CurrentValue
from auxnet_keras.training.saved_weighting import saved_values
from auxnet_keras.training.shared_trunk import trunk_for
from auxnet_keras.weighting.base import Weighting, WeightingState
from auxnet_keras.weighting.composition import gradient_rule


def attach(model: keras.Model, weighting: Weighting) -> None:
    """Adds the variables of `weighting` to `model`, and the weighting to its step and its logs.

    Raises:
        ConfigError: The model has one task; the weighting does not work with a loss or the backend;
            it needs the shared representation, and the tasks' graphs do not branch.
    """
    compile_checks.check_weighting_fits(model, weighting)
    if weighting is model._weighting and weighting.state is model.weighting_state:
        model._weighting_is_saved = False
        return
    _leave(weighting)
    values = saved_values(model, weighting)
    detach(model)
    rule = gradient_rule(weighting)
    if rule is not None:
        model._trunk = trunk_for(model, rule.parameters)
    state = WeightingState(type(weighting).__name__, name="weighting_state")
    with replicas.scope(model):
        weighting.build(state, model.tasks)
        state.built = True
        weighting.state = state
        for variable, value in zip(state.variables, values, strict=False):
            variable.assign(value)
        model._logged.weights = {name: CurrentValue(name) for name in weighting.current()}
        for name, value in weighting.current().items():
            model._logged.weights[name].update_state(value)
    _replace_state(model, state)
    model._weighting = weighting
    weighting._owner = weakref.ref(model)


def detach(model: keras.Model) -> None:
    """Removes the variables of the weighting, if there is one, from `model`."""
    if model._weighting is not None:
        _replace_state(model, None)
        model._weighting = None
        model._trunk = None
        model._logged.weights = {}
    model._weighting_is_saved = False


def _leave(weighting: Weighting) -> None:
    """Leaves a copy of a weighting, with its state, in the model that it was attached to."""
    owner, state = weighting._owner(), weighting.state
    if owner is None or owner._weighting is not weighting or state is None:
        return
    shared = (owner, weighting.model, state, *state.variables)
    try:
        copied = copy.deepcopy(weighting, {id(each): each for each in shared})
    except Exception as error:
        warnings.warn(
            f"The {type(weighting).__name__} cannot be copied ({type(error).__name__}), so the "
            "model that it leaves has constant weights from now on. Give each model a weighting "
            "of its own.",
            stacklevel=2,
        )
        detach(owner)
        return
    keras.callbacks.Callback.set_model(copied, owner)
    owner._weighting = copied
    owner.train_function = owner.test_function = None


def _replace_state(model: keras.Model, state: WeightingState | None) -> None:
    # Keras keeps tracking a replaced sub-layer and keeps the traced steps: undo both.
    if model.weighting_state is not None:
        model._tracker.unlock()
        model._tracker.untrack(model.weighting_state)
    model._tracker.unlock()
    model.weighting_state = state
    model._tracker.lock()
    model.train_function = None
    model.test_function = None
