"""DTP with its default indicator, and with one of the user's own."""

import numpy as np
import pytest
from keras import ops

import auxnet_keras as ak
from tests.oracles.task_priority import trajectory
from tests.weighting.loss_rules.playing import play
from tests.weighting.player import random_losses


@pytest.mark.parametrize(("gamma", "momentum"), [(1.0, 0.9), (0.0, 0.0), (2.5, 0.5)])
def test_oracle(gamma, momentum):
    losses = random_losses(30, 3)
    losses[10:, 1] *= 1e-6  # solved, so that the clipping is used
    losses[10:, 2] *= 1e6  # and lost
    _, weights = play(ak.weighting.DynamicTaskPriority(gamma, momentum), losses)
    np.testing.assert_allclose(weights, trajectory(losses, gamma, momentum), rtol=1e-3, atol=1e-7)


def test_by_hand():
    # At first every indicator is 1/e, whatever the units; then exp(-1/2) and exp(-1).
    _, weights = play(ak.weighting.DynamicTaskPriority(momentum=0.0), [[8.0, 0.1], [4.0, 0.1]])
    first = (1 - np.exp(-1)) * 1.0
    assert weights[0] == pytest.approx([first, first], rel=1e-5)
    assert weights[1] == pytest.approx([(1 - np.exp(-0.5)) * 0.5, first], rel=1e-5)


def test_the_task_with_less_progress_has_the_larger_weight():
    losses = np.column_stack([np.geomspace(1.0, 0.1, 20), np.geomspace(50.0, 40.0, 20)])
    _, weights = play(ak.weighting.DynamicTaskPriority(), losses)
    assert (weights[1:, 1] > weights[1:, 0]).all()


class Accuracy(ak.weighting.DynamicTaskPriority):
    """A metric that is known."""

    def indicator(self, losses):
        return ops.convert_to_tensor([0.25, 0.5])


def test_an_indicator_of_ones_own():
    _, weights = play(Accuracy(gamma=2.0), [[1.0, 1.0]])
    expected = [-(0.75**2) * np.log(0.25), -(0.5**2) * np.log(0.5)]
    assert weights[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("wrong", [-0.1, float("inf"), float("nan"), "1", True])
def test_bad_gamma(wrong):
    with pytest.raises(ak.errors.ConfigError, match="gamma must be a finite number, 0 or above"):
        ak.weighting.DynamicTaskPriority(wrong)


@pytest.mark.parametrize("wrong", [1.0, -0.1, "0.9"])
def test_bad_momentum(wrong):
    with pytest.raises(ak.errors.ConfigError, match=r"momentum must be in \[0, 1\)"):
        ak.weighting.DynamicTaskPriority(momentum=wrong)
