import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.balancing import cross_entropy, depth_l1
from tests.toys import batch_of, toy_batches, toy_model

SETTING = {"segmentation": 400.0, "depth": 1.0}


def test_total_is_the_weighted_sum_and_weights_never_move():
    weighting = ak.weighting.FixedWeights(SETTING)
    model = toy_model()
    model.compile(keras.optimizers.SGD(0.0))
    images, targets = batch_of(toy_batches(1), 0)
    history = model.fit(images, targets, verbose=0, callbacks=[weighting]).history
    prediction = model(images, training=True)
    main = cross_entropy(targets["segmentation"], np.array(prediction["segmentation"]))
    auxiliary = depth_l1(targets["depth"], np.array(prediction["depth"]))
    assert history["segmentation_loss"][0] == pytest.approx(main, rel=1e-5)
    assert history["depth_loss"][0] == pytest.approx(auxiliary, rel=1e-5)
    assert history["loss"][0] == pytest.approx(400 * main + auxiliary, rel=1e-5)
    assert weighting.weights == SETTING


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"segmentation": 1.0, "dept": 1.0}, "did you mean 'depth'"),
        ({"segmentation": 1.0}, r"\['depth'\] has none"),
    ],
)
def test_tasks_must_be_the_models(weights, message):
    model = toy_model()
    model.compile("sgd")
    with pytest.raises(ak.errors.ConfigError, match=message):
        model.fit(*toy_batches(1), verbose=0, callbacks=[ak.weighting.FixedWeights(weights)])


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_weights_must_be_finite_and_not_negative(weight):
    with pytest.raises(ak.errors.ConfigError, match="finite number >= 0"):
        ak.weighting.FixedWeights({"segmentation": weight, "depth": 1.0})


def test_weights_are_given_by_task():
    with pytest.raises(ak.errors.ConfigError, match=r"must be a dict of task.*Received: \(1, 2\)"):
        ak.weighting.FixedWeights((1, 2))


def test_weights_before_fit_say_what_to_do():
    with pytest.raises(ak.errors.ConfigError, match="Pass it to fit"):
        _ = ak.weighting.FixedWeights({"segmentation": 1.0, "depth": 1.0}).weights
