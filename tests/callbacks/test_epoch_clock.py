"""Rates and remaining times, by hand, on a clock that is told the time."""

import pytest

from auxnet_keras.callbacks import epoch_clock
from auxnet_keras.callbacks.epoch_clock import EpochClock, TimeLeft
from tests.toys import toy_batches, toy_model


@pytest.fixture
def now(monkeypatch):
    class Time:
        value = 100.0

        def perf_counter(self):
            return self.value

    time = Time()
    monkeypatch.setattr(epoch_clock, "time", time)
    return time


def trained(samples):
    images, targets = toy_batches(1, samples)
    model = toy_model()
    model.compile("sgd")
    model.fit(images, targets, batch_size=4, verbose=0)
    return model


def test_images_include_a_smaller_last_batch(now):
    clock = EpochClock()
    now.value += 2.0
    clock.refresh(trained(7))
    assert clock.images == 7
    assert clock.images_per_second == 3.5  # 7 images / 2 s


def test_validation_does_not_count_as_training(now):
    clock = EpochClock()
    now.value += 2.0
    clock.stop_training(trained(4))
    now.value += 6.0
    clock.stop_training(trained(7))
    assert clock.images_per_second == 2.0  # 4 images / 2 s
    assert clock.seconds == 8.0
    clock.start()
    assert (clock.images, clock.images_per_second, clock.seconds) == (0, 0.0, 0.0)


def test_time_left_follows_the_pace_since_the_first_batch(now):
    left = TimeLeft(epochs=4)
    assert left.seconds(0.5) is None  # the origin: half an epoch is done
    now.value += 10.0
    # 10 s for half an epoch: 20 s an epoch, three to go.
    assert left.seconds(1.0) == pytest.approx(60.0)
    now.value += 60.0
    assert left.seconds(4.0) == pytest.approx(0.0)
