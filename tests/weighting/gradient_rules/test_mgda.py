"""MGDA in training: the contract of all weightings, and what its weights do."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.toys import batch_of, toy_batches, toy_model
from tests.weighting.contracts import VariantContract, WeightingContract


class TestMGDA(WeightingContract):
    def make(self):
        return ak.weighting.MGDA()


class TestMGDAOnTheRepresentation(VariantContract):
    def arguments(self):
        return {"representation": True}

    def make(self):
        return ak.weighting.MGDA(representation=True)

    # What does not depend on where the gradients are taken is tested above.
    test_weights_are_in_the_logs_and_not_in_the_validation_logs = None
    test_its_state_is_in_a_weights_file = None
    test_evaluation_moves_nothing = None


def losses_after_a_small_step(weighting, data):
    """(main, auxiliary) losses before and after a step so small that first order holds."""
    keras.utils.set_random_seed(2)
    model = toy_model(batch_norm=False)
    model.get_layer("classes").trainable = model.get_layer("metres").trainable = False
    model.compile(keras.optimizers.SGD(1e-3), metrics=None)
    weighting.set_model(model)
    logs = [model.evaluate(*data, verbose=0, return_dict=True)]
    model.train_on_batch(*data)
    logs.append(model.evaluate(*data, verbose=0, return_dict=True))
    return [[each[f"{task}_loss"] for task in model.tasks] for each in logs]


def test_no_loss_rises_along_the_shared_parameters():
    data = batch_of(toy_batches(1), 0)
    before, after = losses_after_a_small_step(ak.weighting.MGDA(), data)
    assert after[0] <= before[0] + 1e-6
    assert after[1] <= before[1] + 1e-6
    assert after[0] + after[1] < before[0] + before[1]


@pytest.mark.parametrize("representation", [False, True])
def test_weights_start_equal_and_sum_to_one(representation):
    weighting = ak.weighting.MGDA(representation)
    model = toy_model()
    model.compile(keras.optimizers.SGD(1e-2), metrics=None)
    weighting.set_model(model)
    assert weighting.weights == {"segmentation": 0.5, "depth": 0.5}
    for index in range(3):
        model.train_on_batch(*batch_of(toy_batches(3), index))
        found = list(weighting.weights.values())
        assert sum(found) == pytest.approx(1.0)
        assert min(found) >= 0.0


def test_both_losses_fall():
    keras.utils.set_random_seed(0)
    model = toy_model()
    model.compile(keras.optimizers.Adam(1e-2), metrics=None)
    history = model.fit(
        *toy_batches(2), epochs=5, verbose=0, callbacks=[ak.weighting.MGDA(True)]
    ).history
    for task in model.tasks:
        losses = history[f"{task}_loss"]
        assert np.all(np.isfinite(losses))
        assert losses[-1] < losses[0]
