"""A weighting in a saved, loaded, copied or cloned model, and one weighting in two models."""

import copy
import dataclasses
import pickle
import sys
import threading

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.training.saved_weighting import attach_saved, saved
from auxnet_keras.weighting.catalogue import WEIGHTINGS
from tests.toys import toy_batches, toy_model

DATA = toy_batches(2)
TASKS = {"segmentation": 2.0, "depth": 3.0}
ARGUMENTS = {
    "fixed": [(TASKS,)],
    "schedule": [({0: TASKS, 3: {"segmentation": 1.0, "depth": 0.0}}, "steps", True)],
    "twb": [(0.5,)],
    "ftwb": [(4.0,)],
    "pareto": [((0.3, 0.9),)],
    "class-wise": [
        (None, np.array([2.0, 5.0])),
        (None, [2.0], 1e-3, 0, 1, "total", "paper", 1e-8, ak.weighting.TaskWeightBalancing(0.5)),
    ],
}


def trained(weighting, epochs=1):
    keras.utils.set_random_seed(0)
    model = toy_model()
    model.compile(keras.optimizers.SGD(0.01), metrics=None)
    model.fit(*DATA, batch_size=4, epochs=epochs, shuffle=False, verbose=0, callbacks=[weighting])
    return model


def loss(model):
    return model.evaluate(*DATA, verbose=0, return_dict=True)["loss"]


def class_wise():
    return ak.weighting.ClassWiseWeighting(
        depth_bins=[2.0, 5.0], start_epoch=0, task_weighting=ak.weighting.TaskWeightBalancing()
    )


@pytest.mark.parametrize(
    ("name", "arguments"),
    [(name, one) for name in WEIGHTINGS for one in ARGUMENTS.get(name, [()])],
)
def test_the_arguments_of_every_method_can_be_saved(name, arguments):
    weighting = WEIGHTINGS[name].weighting(*arguments)
    config = keras.saving.serialize_keras_object(weighting)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(weighting)
    assert keras.saving.serialize_keras_object(again) == config
    for key in ("points", "task_weights", "momentum", "focus", "preference", "depth_bins"):
        np.testing.assert_equal(getattr(again, key, None), getattr(weighting, key, None))


def test_a_loaded_model_evaluates_as_before_and_goes_on(tmp_path):
    make = class_wise
    model = trained(make(), epochs=2)
    expected = loss(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loss(loaded) == pytest.approx(expected, rel=1e-6)
    for one in (model, loaded):
        again = model.weighting if one is model else make()
        one.fit(*DATA, batch_size=4, shuffle=False, verbose=0, callbacks=[again])
    for ours, theirs in zip(
        model.weighting_state.variables, loaded.weighting_state.variables, strict=True
    ):
        np.testing.assert_allclose(np.array(theirs), np.array(ours), rtol=1e-6)
    fresh = make()  # in a model that has trained since, a new one starts over
    fresh.set_model(loaded)
    assert fresh.state.variables[0].numpy().ravel()[0] == 1.0


def test_with_other_arguments_it_starts_over(tmp_path):
    trained(ak.weighting.FixedWeights({"segmentation": 7.0, "depth": 9.0})).save(
        tmp_path / "model.keras"
    )
    loaded = keras.models.load_model(tmp_path / "model.keras")
    other = ak.weighting.FixedWeights(TASKS)
    loaded.fit(*DATA, verbose=0, callbacks=[other])
    assert other.weights == TASKS
    loaded.fit(*DATA, verbose=0)
    assert loaded.weighting is None


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_keep_it(duplicate):
    model = trained(ak.weighting.TaskWeightBalancing())
    twin = duplicate(model)
    assert twin.weighting.weights == model.weighting.weights
    assert loss(twin) == pytest.approx(loss(model), rel=1e-6)


def test_the_weights_of_a_model_are_its_own():
    model, plain = trained(ak.weighting.TaskWeightBalancing()), toy_model()
    assert model.count_params() == plain.count_params()
    plain.set_weights(model.get_weights())
    model.set_weights(plain.get_weights())
    keras.models.clone_model(model).set_weights(model.get_weights())
    assert len(model.variables) == len(plain.variables) + len(model.weighting_state.variables)


def test_a_second_model_does_not_disturb_the_first():
    weighting = class_wise()
    first = trained(weighting)
    expected, weights = loss(first), copy.deepcopy(first.weighting.weights)
    second = trained(weighting, epochs=3)
    assert second.weighting is weighting and first.weighting is not weighting
    assert loss(first) == pytest.approx(expected, rel=1e-6)
    np.testing.assert_equal(first.weighting.weights, weights)
    third = trained(first.weighting)  # the copy that was left there moves on, too
    assert loss(first) == pytest.approx(expected, rel=1e-6)
    assert third.weighting is not first.weighting


class Own(ak.weighting.FixedWeights):
    """As a user writes it, in a module that another process may not import."""

    def __init__(self, factor, note=None):
        super().__init__({"segmentation": factor, "depth": 1.0})


def test_what_cannot_be_saved_or_restored_is_told(tmp_path):
    path = tmp_path / "model.keras"
    model = trained(Own(2.0, note=print))
    with pytest.warns(UserWarning, match=r"without its weighting, because Own has an argument"):
        model.save(path)
    assert keras.models.load_model(path).weighting is None
    model = trained(Own(factor=2.0))
    model.save(path)
    assert keras.models.load_model(path).weighting.weights["segmentation"] == 2.0
    name = keras.saving.get_registered_name(Own)
    del keras.saving.get_custom_objects()[name]
    try:
        Own.__module__, before = "elsewhere", Own.__module__
        model.save(path)
        with pytest.warns(UserWarning, match=r"Own, which cannot be restored"):
            loaded = keras.models.load_model(path)
    finally:
        Own.__module__ = before
    assert loaded.weighting is None and np.isfinite(loss(loaded))


def test_arguments_are_the_same_however_they_are_written():
    saved = keras.saving.serialize_keras_object
    default = saved(ak.weighting.TaskWeightBalancing())
    assert saved(ak.weighting.TaskWeightBalancing(None, mode="detached")) == default
    assert saved(ak.weighting.TaskWeightBalancing(0.5)) != default

    class Positional(ak.weighting.FixedWeights):
        def __init__(self, factor, /, *more):
            super().__init__({"segmentation": factor, "depth": 1.0})

    with pytest.raises(TypeError, match="without a name"):
        saved(Positional(2.0))


@dataclasses.dataclass
class Equal(ak.weighting.TaskWeighting):
    """Has `__eq__` and no hash, and an inner weighting that cannot be copied."""

    inner: object = None

    def __post_init__(self):
        super().__init__()


def test_any_class_may_be_a_weighting():
    first, second = Equal(), Equal()
    one, other = trained(first), trained(second)
    assert one.weighting is first and other.weighting is second
    stubborn = Equal(threading.Lock())
    model = trained(stubborn)
    with pytest.warns(UserWarning, match=r"Equal cannot be copied .* constant weights"):
        trained(stubborn)
    assert model.weighting is None and np.isfinite(loss(model))


def test_a_combination_is_restored_where_nobody_has_imported_its_class(monkeypatch):
    model = toy_model()
    model.compile("sgd", metrics=None)
    both = ak.weighting.Combined([ak.weighting.FirstLossWeights(), ak.weighting.PCGrad()])
    config = saved(both)
    monkeypatch.delitem(sys.modules, type(both).__module__)
    monkeypatch.delitem(keras.saving.get_custom_objects(), config["registered_name"])
    attach_saved(model, config)
    assert saved(model.weighting) == config


@pytest.mark.parametrize("config", ["abc", {"class_name": "Adam"}, {"registered_name": "no>such"}])
def test_a_file_of_someone_else(config):
    model = toy_model()
    model.compile("sgd", metrics=None)
    with pytest.warns(UserWarning, match="cannot be restored"):
        attach_saved(model, config)
    assert model.weighting is None
