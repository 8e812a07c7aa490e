"""Weights and losses of every batch in TensorBoard."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.callbacks.events import scalars
from tests.toys import toy_batches, toy_model

TAGS = {
    "batch_weight_segmentation",
    "batch_weight_depth",
    "batch_segmentation_loss",
    "batch_depth_loss",
}


class Recorder(keras.callbacks.Callback):
    """Keeps the running logs of every batch."""

    def __init__(self):
        super().__init__()
        self.logs = []

    def on_train_batch_end(self, batch, logs=None):
        self.logs.append(dict(logs))


def fit(folder, model, batches=3, **options):
    recorder = Recorder()
    model.fit(
        *toy_batches(batches),
        batch_size=4,
        shuffle=False,
        verbose=0,
        callbacks=[
            ak.weighting.TaskWeightBalancing(momentum=0.0),
            ak.callbacks.WeightBoard(folder),
            recorder,
        ],
        **options,
    )
    return recorder.logs


def test_values_of_every_batch(tmp_path):
    model = toy_model()
    model.compile("sgd")
    logs = fit(tmp_path, model, epochs=2)
    found = scalars(tmp_path / "weights")
    assert set(found) == TAGS
    assert all(list(steps) == [1, 2, 3, 4, 5, 6] for steps in found.values())
    for task, other in (("segmentation", "depth"), ("depth", "segmentation")):
        weights = found[f"batch_weight_{task}"]
        assert list(weights.values()) == [pytest.approx(log[f"weight_{task}"]) for log in logs]
        # Without momentum, TWB's weight is the other task's loss on that very batch.
        losses = found[f"batch_{other}_loss"]
        np.testing.assert_allclose(list(losses.values()), list(weights.values()), rtol=1e-5)


def test_steps_go_on_in_the_next_fit_and_skip_with_executions(tmp_path):
    model = toy_model()
    model.compile("sgd", steps_per_execution=2)
    fit(tmp_path, model, batches=4)
    fit(tmp_path, model, batches=4)
    assert list(scalars(tmp_path / "weights")["batch_weight_depth"]) == [2, 4, 6, 8]


def test_a_batch_without_a_valid_pixel_has_no_loss(tmp_path):
    images, targets = toy_batches(2)
    targets["depth"][4:] = -1.0
    model = toy_model()
    model.compile("sgd")
    board = ak.callbacks.WeightBoard(tmp_path)
    model.fit(images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=[board])
    found = scalars(tmp_path / "weights")
    assert list(found["batch_depth_loss"]) == [1]
    assert list(found["batch_segmentation_loss"]) == [1, 2]
    assert set(found) == {"batch_depth_loss", "batch_segmentation_loss"}  # no weighting
