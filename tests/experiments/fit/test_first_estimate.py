"""The first estimate: once, after some steps, with the time of all that are left."""

import logging

import pytest

from auxnet_keras.callbacks import epoch_clock
from auxnet_keras.experiments.fit.first_estimate import STEPS, FirstEstimate


@pytest.fixture
def said(monkeypatch, caplog):
    """Runs the hooks of a training whose steps take two seconds and the first an hour."""

    class Time:
        value = 0.0

        def perf_counter(self):
            return self.value

    clock = Time()
    monkeypatch.setattr(epoch_clock, "time", clock)

    def run(steps, epochs, initial=0):
        caplog.clear()
        callback = FirstEstimate()
        callback.set_params({"epochs": epochs, "steps": steps})
        callback.on_train_begin()
        with caplog.at_level(logging.INFO, "auxnet_keras"):
            for epoch in range(initial, epochs):
                callback.on_epoch_begin(epoch)
                for batch in range(steps or 3):
                    clock.value += 2.0 if clock.value else 3600.0
                    callback.on_train_batch_end(batch)
        return [record.getMessage() for record in caplog.records]

    return run


def test_the_pace_of_the_steps_after_the_first(said):
    # After five of 200 steps, 195 are left.
    (line,) = said(steps=100, epochs=2)
    assert line == "time        about 0:06:30 for all steps, without validation"


def test_short_epochs_and_a_resumed_run(said):
    (line,) = said(steps=2, epochs=10, initial=4)
    assert line == "time        about 0:00:14 for all steps, without validation"


def test_nothing_without_a_known_number_of_steps_or_with_too_few(said):
    assert said(steps=None, epochs=9) == []
    assert said(steps=STEPS - 1, epochs=1) == []
