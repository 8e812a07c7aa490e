"""Weights and losses of every batch in TensorBoard."""

import cv2
import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.plots.thumbnails import SIZE
from tests.callbacks.events import images, scalars
from tests.toys import toy_batches, toy_model

TAGS = {
    "weight/segmentation",
    "weight/depth",
    "loss/segmentation/batch",
    "loss/depth/batch",
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
    found = scalars(tmp_path)
    assert set(found) == TAGS
    assert all(list(steps) == [1, 2, 3, 4, 5, 6] for steps in found.values())
    for task, other in (("segmentation", "depth"), ("depth", "segmentation")):
        weights = found[f"weight/{task}"]
        assert list(weights.values()) == [pytest.approx(log[f"weight_{task}"]) for log in logs]
        # Without momentum, TWB's weight is the other task's loss on that very batch.
        losses = found[f"loss/{other}/batch"]
        np.testing.assert_allclose(list(losses.values()), list(weights.values()), rtol=1e-5)


def test_steps_go_on_in_the_next_fit_and_skip_with_executions(tmp_path):
    model = toy_model()
    model.compile("sgd", steps_per_execution=2)
    fit(tmp_path, model, batches=4)
    fit(tmp_path, model, batches=4)
    assert list(scalars(tmp_path)["weight/depth"]) == [2, 4, 6, 8]


def test_a_batch_without_a_valid_pixel_has_no_loss(tmp_path):
    images, targets = toy_batches(2)
    targets["depth"][4:] = -1.0
    model = toy_model()
    model.compile("sgd")
    board = ak.callbacks.WeightBoard(tmp_path)
    model.fit(images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=[board])
    found = scalars(tmp_path)
    assert list(found["loss/depth/batch"]) == [1]
    assert list(found["loss/segmentation/batch"]) == [1, 2]
    assert set(found) == {"loss/depth/batch", "loss/segmentation/batch"}  # no weighting


def test_class_weights_by_batch_and_as_a_heat_map(tmp_path):
    model = toy_model("depth", "segmentation")
    model.compile("sgd", metrics=None)
    weighting = ak.weighting.ClassWiseWeighting(step_size=0.01, start_epoch=1)
    board = ak.callbacks.WeightBoard(tmp_path)
    history = model.fit(
        *toy_batches(3),
        batch_size=4,
        epochs=2,
        shuffle=False,
        verbose=0,
        callbacks=[board, weighting],  # the weighting comes first in any order
    ).history
    found = scalars(tmp_path)
    for c in range(4):
        values = found[f"class_weight/{c}"]
        assert list(values) == [1, 2, 3, 4, 5, 6]
        assert [values[1], values[3]] == [1.0, 1.0]
        assert len({values[4], values[5], values[6]}) == 3
        assert [values[3], values[6]] == pytest.approx(history[f"class_weight_{c}"])
    ((tag, pictures),) = images(tmp_path).items()
    assert tag == "pictures/class_weights"
    assert list(pictures) == [3, 6]
    alone = {name: values[:1] for name, values in history.items()}
    file = ak.plots.class_weight_map(alone, tmp_path / "alone.png", size=SIZE)
    np.testing.assert_array_equal(pictures[3][0], cv2.imread(str(file))[..., ::-1])
    assert pictures[3][0].shape[1] < 700  # legible as a thumbnail
    assert not np.array_equal(pictures[3], pictures[6])
