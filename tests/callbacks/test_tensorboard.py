"""TensorBoard's event files are Keras' own; TensorFlow is given no Python numbers to remember."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from tests.callbacks.events import scalars
from tests.toys import toy_batches, toy_model


def fit(callback):
    keras.utils.set_random_seed(0)
    model = toy_model()
    model.compile("adam")
    model.fit(
        *toy_batches(2),
        batch_size=4,
        epochs=3,
        verbose=0,
        validation_data=toy_batches(1, seed=1),
        callbacks=[ak.weighting.FixedWeights({"segmentation": 2.0, "depth": 0.5}), callback],
    )


@pytest.mark.parametrize("options", [{}, {"update_freq": "batch", "histogram_freq": 1}])
def test_it_writes_what_keras_writes(tmp_path, options):
    fit(ak.callbacks.TensorBoard(tmp_path / "ours", write_graph=False, **options))
    fit(keras.callbacks.TensorBoard(tmp_path / "keras", write_graph=False, **options))
    for part in ("train", "validation"):
        ours, theirs = scalars(tmp_path / "ours" / part), scalars(tmp_path / "keras" / part)
        assert ours == theirs or _equal_with_nan(ours, theirs)
        assert set(ours["epoch_segmentation_loss"]) == {0, 1, 2}
    assert "epoch_weight_segmentation" in scalars(tmp_path / "ours" / "train")


@pytest.mark.parametrize("often", ["epoch", 1])
def test_tensorflow_is_given_arrays(tmp_path, monkeypatch, often):
    given = []
    scalar = tf.summary.scalar

    def note(name, data, step=None, **options):
        given.append((name, data, step))
        return scalar(name, data, step=step, **options)

    monkeypatch.setattr(tf.summary, "scalar", note)
    fit(ak.callbacks.TensorBoard(tmp_path, write_graph=False, update_freq=often))
    assert {"epoch_learning_rate", "epoch_loss"} <= {name for name, _, _ in given}
    assert not any(isinstance(value, int | float) for _, *both in given for value in both)
    assert any(name.startswith("batch_") for name, _, _ in given) == (often == 1)


def _equal_with_nan(ours, theirs):
    return ours.keys() == theirs.keys() and all(
        np.array_equal(list(ours[tag].values()), list(theirs[tag].values()), equal_nan=True)
        for tag in ours
    )
