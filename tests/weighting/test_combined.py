"""What a combination does between the steps, for all of its members."""

import logging

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.toys import CLASSES, toy_batches, toy_model

W = ak.weighting


def made(**options):
    options = {"start_epoch": 1, "step_size": 0.01, **options}
    return W.Combined([W.MGDA(), W.ClassWiseWeighting(**options), W.TaskWeightBalancing()])


def compiled():
    keras.utils.set_random_seed(0)
    model = toy_model("depth", "segmentation")
    model.compile(keras.optimizers.SGD(1e-3), metrics=None, run_eagerly=True)
    return model


def fit(model, weighting, data=None, **settings):
    data = data or toy_batches(2)
    settings = {"batch_size": 4, "shuffle": False, "verbose": 0, **settings}
    return model.fit(*data, callbacks=[weighting], **settings).history


def test_every_member_has_its_logs_and_its_own_weights():
    weighting = made()
    history = fit(compiled(), weighting, epochs=2)
    assert {name for name in history if "weight_" in name} == {
        *("weight_depth", "weight_segmentation"),
        *(f"class_weight_{number}" for number in range(CLASSES)),
    }
    gradients, classes, losses = (member.weights for member in weighting.members)
    assert classes["segmentation"].shape == (CLASSES,)
    for task, weight in weighting.weights.items():
        assert weight == pytest.approx(gradients[task] * losses[task], rel=1e-6)
        assert history[f"weight_{task}"][-1] == pytest.approx(weight, rel=1e-6)
    assert "Combined(members=[<MGDA" in repr(weighting)


def test_the_schedule_of_a_member_is_that_of_the_fit():
    weighting = made()
    classes = weighting.members[1]
    fit(compiled(), weighting)
    np.testing.assert_array_equal(classes.weights["segmentation"], np.ones(CLASSES))
    fit(classes.model, weighting, initial_epoch=1, epochs=2)
    assert (classes.weights["segmentation"] != 1.0).any()


def test_a_member_counts_from_the_first_epoch_of_the_combination(caplog):
    weighting = made()
    weighting.first_epoch = 1
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        fit(compiled(), weighting, epochs=2)
    assert "no class weight will change" in caplog.text
    assert [member.first_epoch for member in weighting.members] == [1, 1, 1]


def test_wrong_labels_are_refused_as_by_the_member_alone():
    images, targets = toy_batches(1)
    targets["segmentation"][0, 0, :3] = CLASSES
    with pytest.raises(ak.errors.ConfigError, match="3 pixels of epoch 0"):
        fit(compiled(), made(), (images, targets))


def test_its_arguments_are_kept():
    weighting = made(window=3)
    again = W.Combined.from_config(weighting.get_config())
    assert again.get_config() == weighting.get_config()
    assert again.members[1].window == 3


def test_a_model_that_it_leaves_keeps_a_copy():
    weighting, first, second = made(), compiled(), compiled()
    fit(first, weighting)
    before = first.weighting.weights
    fit(second, weighting)
    assert first.weighting is not weighting
    assert first.weighting.weights == before
    fit(first, first.weighting)
    assert all(member.model is first for member in first.weighting.members)


def test_weights_before_fit_say_what_to_do():
    with pytest.raises(ak.errors.ConfigError, match="Pass it to fit"):
        _ = made().weights


def test_two_weightings_in_a_fit_are_told_about_it():
    with pytest.raises(ak.errors.ConfigError, match=r"Combined\(\[\.\.\.\]\) makes one"):
        compiled().fit(*toy_batches(1), verbose=0, callbacks=[W.MGDA(), W.TaskWeightBalancing()])
