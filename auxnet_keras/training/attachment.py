"""Attaches a weighting's state to a model and removes it without a trace."""

import keras

from auxnet_keras.core import replicas
from auxnet_keras.training import compile_checks
from auxnet_keras.training.logged_metrics import CurrentValue
from auxnet_keras.training.shared_trunk import shared_trunk
from auxnet_keras.weighting.base import Weighting, WeightingState
from auxnet_keras.weighting.gradient_base import GradientWeighting


def attach(model: keras.Model, weighting: Weighting) -> None:
    """Adds the variables of `weighting` to `model`, and the weighting to its step and its logs.

    Raises:
        ConfigError: The model has one task; the weighting does not work with a loss or the backend;
            it needs the shared representation, and the tasks' graphs do not branch.
    """
    compile_checks.check_weighting_fits(model, weighting)
    if weighting is model._weighting and weighting.state is model.weighting_state:
        return
    detach(model)
    if isinstance(weighting, GradientWeighting) and weighting.representation:
        model._trunk = shared_trunk(model)
    state = WeightingState(type(weighting).__name__, name="weighting_state")
    with replicas.scope(model):
        weighting.build(state, model.tasks)
        state.built = True
        weighting.state = state
        model._logged.weights = {name: CurrentValue(name) for name in weighting.current()}
        for name, value in weighting.current().items():
            model._logged.weights[name].update_state(value)
    _replace_state(model, state)
    model._weighting = weighting


def detach(model: keras.Model) -> None:
    """Removes the variables of the weighting, if there is one, from `model`."""
    if model._weighting is not None:
        _replace_state(model, None)
        model._weighting = None
        model._trunk = None
        model._logged.weights = {}


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
