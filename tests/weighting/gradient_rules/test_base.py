"""What holds for every rule of gradients."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from tests.toys import batch_of, toy_batches, toy_model


def shared_kernel_after_a_step(weighting, headless):
    """The shared kernel before and after a step; the head named `headless` passes no gradient."""
    keras.utils.set_random_seed(0)
    model = toy_model(batch_norm=False)
    if headless:
        head = model.get_layer(headless)
        head.set_weights([np.zeros_like(weight) for weight in head.get_weights()])
    model.compile(keras.optimizers.SGD(0.1), metrics=None)
    weighting.set_model(model)
    before = model.get_layer("shared").get_weights()[0]
    model.train_on_batch(*batch_of(toy_batches(1), 0))
    return before, model.get_layer("shared").get_weights()[0]


@pytest.mark.parametrize("representation", [False, True])
@pytest.mark.parametrize(
    ("headless", "other"), [("metres", {"segmentation": 1.0}), ("classes", {"depth": 1.0})]
)
def test_a_task_with_a_gradient_of_zero_is_absent(representation, headless, other):
    before, after = shared_kernel_after_a_step(ak.weighting.MGDA(representation), headless)
    alone = {"segmentation": 0.0, "depth": 0.0, **other}
    _, expected = shared_kernel_after_a_step(ak.weighting.FixedWeights(alone), headless)
    assert np.abs(after - before).max() > 0
    np.testing.assert_allclose(after, expected, atol=1e-6)
