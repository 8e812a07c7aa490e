"""DWA, by epochs and by windows."""

import numpy as np
import pytest

import auxnet_keras as ak
from tests.oracles.weight_average import trajectory
from tests.weighting.loss_rules.playing import play
from tests.weighting.player import attached, random_losses, step


def test_oracle_by_epochs():
    losses = random_losses(15, 3)
    epochs = np.repeat([0, 1, 2, 3, 4], [4, 3, 1, 5, 2])
    _, weights = play(ak.weighting.DynamicWeightAverage(), losses, epochs)
    np.testing.assert_allclose(weights, trajectory(losses, epochs), rtol=1e-5)


def test_oracle_by_windows():
    losses = random_losses(14, 2)
    # The number of the epoch changes in the middle of a window, which does not matter.
    epochs = np.repeat([0, 1], 7)
    weighting = ak.weighting.DynamicWeightAverage(1.0, window=3)
    _, weights = play(weighting, losses, epochs)
    expected = trajectory(losses, np.arange(14) // 3, temperature=1.0)
    np.testing.assert_allclose(weights, expected, rtol=1e-5)


def test_by_hand():
    # The first loss stands still, the second halves: 2 softmax(1/2, 1/4).
    losses = [[3.0, 8.0], [3.0, 4.0], [3.0, 2.0]]
    _, weights = play(ak.weighting.DynamicWeightAverage(), losses, epochs=[0, 1, 2])
    np.testing.assert_array_equal(weights[:2], 1.0)
    assert weights[2] == pytest.approx([1.12435, 0.87565], rel=1e-5)


def test_units_do_not_matter():
    losses, epochs = random_losses(8, 2), np.arange(8)
    one, other = (
        play(ak.weighting.DynamicWeightAverage(), losses * scale, epochs)[1]
        for scale in ([1.0, 1.0], [1000.0, 0.001])
    )
    np.testing.assert_allclose(one, other, rtol=1e-5)


def test_an_epoch_ends_once_however_often_its_schedule_runs():
    plain, again = (attached(ak.weighting.DynamicWeightAverage()) for _ in range(2))
    for number, row in enumerate(random_losses(6, 2)):
        for weighting, times in ((plain, 1), (again, 3)):
            for _ in range(times):  # a resume inside the epoch runs it once more
                weighting.schedule(number // 2)
        np.testing.assert_array_equal(step(plain, row), step(again, row))


def test_an_epoch_without_a_usable_batch_is_skipped():
    weighting = attached(ak.weighting.DynamicWeightAverage())
    for epoch, row in enumerate([[4.0, 4.0], [None, 4.0], [2.0, 1.0]]):
        weighting.schedule(epoch)
        step(weighting, row)
    weighting.schedule(3)
    expected = 2 * np.exp([0.25, 0.125]) / np.exp([0.25, 0.125]).sum()
    np.testing.assert_allclose(step(weighting, [1.0, 1.0]), expected, rtol=1e-5)


@pytest.mark.parametrize("wrong", [0, -2.0, float("nan"), "2"])
def test_bad_temperature(wrong):
    with pytest.raises(ak.errors.ConfigError, match="temperature must be a finite number above 0"):
        ak.weighting.DynamicWeightAverage(wrong)


@pytest.mark.parametrize("wrong", [0, 1.5, True])
def test_bad_window(wrong):
    with pytest.raises(ak.errors.ConfigError, match="window must be an integer, 1 or more"):
        ak.weighting.DynamicWeightAverage(window=wrong)
