"""Two devices of one host give what one gives; tests/core/test_replicas.py has the single steps."""

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.cluster.devices import described, device_facts
from auxnet_keras.experiments.config.run_config import CHANGEABLE, RunConfig


@pytest.mark.slow
def test_two_devices_equal_one(run_program, scenes, tmp_path):
    """Losses, task and class weights, scores: with uneven masks, and a device without a frame.

    `both` begins on one device, is stopped within an epoch and goes on on two. Sums are added up
    in another order, which changes their last digits.
    """
    trained = run_program("devices", str(tmp_path), str(scenes), KERAS_BACKEND="tensorflow")[0]
    one = trained["one"]
    assert "class_weight_depth_0-5" in one and "weight_depth" in one
    for other in (trained["two"], trained["both"]):
        assert set(other) == set(one)
        for name, value in one.items():
            assert other[name] == pytest.approx(value, rel=1e-5, abs=1e-6, nan_ok=True), name
    assert trained["another"]["loss"] == [1.0]
    # Devices cannot be made after the first computation.
    assert "before it computes for the first time" in trained["refused"]
    assert trained["refused"].endswith("Received: devices=3, 2 CPU(s).")


def test_equal_shares():
    with pytest.raises(ConfigError, match="must be a multiple of devices; the next is 9"):
        RunConfig(devices=3, batch_size=8)


def test_a_run_may_go_on_with_other_devices():
    assert "devices" in CHANGEABLE


def test_what_the_manifest_says():
    assert device_facts(RunConfig(devices=2)) == {"devices": 2, "processes": 1}
    assert described({}) == "1 device"
    assert described({"devices": 2, "processes": 1}) == "2 devices"
    assert described({"devices": 8, "processes": 4}) == "8 devices of 4 processes"
