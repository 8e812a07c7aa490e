"""Trainings on batches at the edges of what there is: no NaN in weights, state or logs.

`test_rules.py` plays the same to every rule, without a network.
"""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.toys import CLASSES, toy_batches, toy_model

BINS = [5.0, 10.0, 20.0]


def class_wise(**options):
    return ak.weighting.ClassWiseWeighting(
        depth_bins=BINS, start_epoch=0, step_size=0.005, **options
    )


WEIGHTINGS = {
    "twb_product": lambda: ak.weighting.TaskWeightBalancing(mode="product"),
    "ftwb_product": lambda: ak.weighting.FocusedTaskWeightBalancing(mode="product", normalize=True),
    "class_wise": class_wise,
    "class_wise_sign": lambda: class_wise(rule="sign", normalize_by="class", window=2),
    "class_wise_window": lambda: class_wise(
        window=3, task_weighting=ak.weighting.TaskWeightBalancing()
    ),
    "mgda": ak.weighting.MGDA,
    "mgda_representation": lambda: ak.weighting.MGDA(representation=True),
}
LOSSES = [
    (1.0, 1.0),
    (1.0, 1.0),  # the same batch again: L(t) - L(t-1) is 0
    (1e-12, 1e-12),
    (1e12, 1e-12),
    (1e-12, 1e12),
    (1e12, 1e12),
    (1e12, 1e12),
    (1e-12, 1e-12),  # huge, then tiny
    (0.0, 1.0),
    (0.0, 0.0),
    (1.0, 0.0),
    (1.0, 1.0),
]
"""What the losses of each batch are multiplied by, about; (segmentation, depth)."""


class Scaled(keras.losses.Loss):
    """One of the package's losses times a variable, pixel by pixel."""

    def __init__(self, loss):
        super().__init__(dtype="float32")
        self.loss, self.factor = loss, keras.Variable(1.0, trainable=False)

    def per_pixel(self, y_true, y_pred):
        values, valid = self.loss.per_pixel(y_true, y_pred)
        return self.factor * values, valid


class Watch(keras.callbacks.Callback):
    """Sets the factors of every batch; every number after it must be finite."""

    def __init__(self, weighting, factors=()):
        super().__init__()
        self.weighting, self.factors = weighting, factors

    def on_train_batch_begin(self, batch, logs=None):
        if self.factors:
            for task, factor in zip(("segmentation", "depth"), self.factors[batch], strict=True):
                self.model.loss[task].factor.assign(factor)

    def on_train_batch_end(self, batch, logs=None):
        for name, value in logs.items():
            assert np.isfinite(value), (batch, name)
        for variable in self.model.variables:
            assert np.isfinite(np.asarray(variable)).all(), (batch, variable.path)
        for weight in self.weighting.weights.values():
            assert np.isfinite(weight).all(), batch


def train(weighting, data, *, factors=(), rate=1e-3, model=None, batch_size=4):
    """Through `fit` and its default policy, which would raise."""
    keras.utils.set_random_seed(0)
    model = toy_model() if model is None else model
    losses = {
        "segmentation": Scaled(ak.losses.PixelCrossEntropy()),
        "depth": Scaled(ak.losses.DepthL1()),
    }
    model.compile(keras.optimizers.SGD(rate), losses, metrics=None)
    return model.fit(
        *data,
        batch_size=batch_size,
        shuffle=False,
        verbose=0,
        callbacks=[weighting, Watch(weighting, factors)],
    ).history


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_one_extreme_after_the_other(name):
    """Losses from 0 to 1e12, then empty masks and absent classes, all in one training."""
    first = len(LOSSES)
    images, targets = toy_batches(first + 6)
    for part in (images, *targets.values()):
        part[4:8] = part[:4]
    targets["depth"] /= np.where(targets["depth"] > 0, 20.0, 1.0)  # an L1 near 1
    for batch in (first, first + 2, first + 3):
        targets["segmentation"][4 * batch : 4 * batch + 4] = 255
    for batch in (first + 1, first + 2):
        targets["depth"][4 * batch : 4 * batch + 4] = -1.0
    targets["segmentation"][4 * first + 16 : 4 * first + 20] = 0
    targets["depth"][4 * first + 16 : 4 * first + 20] = 7.0
    factors = [*LOSSES, *[(1.0, 1.0)] * 6]
    # A step of SGD is as long as the losses are large: this one moves nothing out of bounds.
    train(WEIGHTINGS[name](), (images, targets), factors=factors, rate=2e-38)


@pytest.mark.parametrize("name", ["ftwb_product", "class_wise", "mgda"])
def test_images_of_one_pixel(name):
    image = keras.Input((1, 1, 3))
    features = keras.layers.BatchNormalization()(keras.layers.Conv2D(3, 3, padding="same")(image))
    outputs = {
        "segmentation": keras.layers.Conv2D(CLASSES, 1)(features),
        "depth": keras.layers.Conv2D(1, 1)(features),
    }
    model = ak.models.AuxiliaryModel(image, outputs)
    images, targets = toy_batches(2)
    data = images[:, :1, :1], {task: target[:, :1, :1] for task, target in targets.items()}
    train(WEIGHTINGS[name](), data, model=model, batch_size=1)


@pytest.mark.parametrize("main", ["segmentation", "depth"])
def test_class_weights_stay_in_bounds_for_either_main_task(main):
    """A class that never occurs keeps exactly 1, all others stay >= 0."""
    images, targets = toy_batches(8)
    targets["segmentation"][targets["segmentation"] == 3] = 255
    targets["depth"][targets["depth"] >= BINS[-1]] = -1.0
    auxiliary = "depth" if main == "segmentation" else "segmentation"
    weighting = ak.weighting.ClassWiseWeighting(
        depth_bins=BINS if auxiliary == "depth" else None, start_epoch=0, step_size=0.3
    )
    train(weighting, (images, targets), model=toy_model(main, auxiliary))
    weights = weighting.weights[auxiliary]
    assert weights[-1] == 1.0
    assert (weights >= 0).all()
    assert (weights[:-1] != 1.0).all()
