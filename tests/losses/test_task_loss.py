"""The loss of a task from an ordinary Keras loss."""

import keras
import numpy as np
import pytest

from auxnet_keras.core.replicas import AllReduce
from auxnet_keras.losses.task_loss import task_losses


def scene_loss(labels, logits):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    found = task_losses(
        {"scene": loss}, {"scene": np.array(labels, np.int32)}, {"scene": logits}, {}, AllReduce(2)
    )
    return found["scene"]


def test_ignored_samples_do_not_count():
    logits = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    found = scene_loss([0, -1, 2, -1], logits)
    expected = -(log_p[0, 0] + log_p[2, 2]) / 2
    assert float(found.mean) == pytest.approx(expected, rel=1e-5)
    assert float(found.count) == 2
    assert float(found.total) == pytest.approx(2 * expected, rel=1e-5)
    assert bool(found.present)


def test_a_batch_of_ignored_samples_is_one_without_the_task():
    found = scene_loss([-1, -1], np.zeros((2, 3), "float32"))
    assert not bool(found.present)
    assert float(found.mean) == 0.0
