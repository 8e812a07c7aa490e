"""What a run does on NaN and infinity: `on_bad_numbers` of its config."""

import dataclasses

import numpy as np
import pytest
import yaml

from auxnet_keras.callbacks import NonFiniteError
from auxnet_keras.data.plan import Plan
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import train
from auxnet_keras.experiments.config.config_file import read_config, write_config


@pytest.fixture
def poisoned(monkeypatch):
    """From the second pass on the first training frame's depths add up to infinity."""
    read = Plan.sample

    def sample(self, index, epoch):
        found = read(self, index, epoch)
        if not self.sampling.shuffle or index != 0 or epoch == 0:
            return found
        return dataclasses.replace(found, depth=np.full_like(found.depth, 3e38))

    monkeypatch.setattr(Plan, "sample", sample)


def policy_there(run):
    return yaml.safe_load((run.path / "config.yaml").read_text())["on_bad_numbers"]


def test_by_default_training_stops_and_the_error_names_the_files(poisoned, settings):
    with pytest.raises(NonFiniteError, match=r"of epoch 2 \(.*\.png.*depth loss.*policy='raise'"):
        train(settings())


def test_skip_leaves_the_batch_out_and_counts_it(poisoned, settings):
    run = train(settings(on_bad_numbers="skip"))
    assert run.finished and policy_there(run) == "skip"
    assert run.history["skipped_batches"] == [0.0, 1.0]
    assert np.isfinite(run.history["depth_loss"]).all()


def test_rollback_goes_back_to_the_checkpoint(poisoned, settings):
    run = train(settings(on_bad_numbers="rollback"))
    assert run.finished and policy_there(run) == "rollback"
    assert "rollback 1 of 3, to" in (run.path / "log.txt").read_text()


def test_a_run_that_was_stopped_goes_on_with_another_policy(poisoned, settings):
    with pytest.raises(NonFiniteError, match="--on-bad-numbers skip"):
        train(settings())
    with pytest.raises(ConfigError, match=r"Received: seed: 0 in the folder, 5 requested.$"):
        train(settings(on_bad_numbers="skip", seed=5))
    run = train(settings(on_bad_numbers="skip"))
    assert run.finished and policy_there(run) == "skip"
    assert run.history["skipped_batches"][1] == 1.0  # before, nobody counted
    events = run.manifest.content["events"]
    assert [event["event"] for event in events] == ["start", "change", "resume", "end"]
    assert events[1]["settings"] == ["on_bad_numbers: raise in the folder, skip requested"]


def test_a_run_from_before_the_setting_goes_on_with_the_default(settings, tmp_path):
    config = settings()
    write_config(config, tmp_path / "new.yaml")
    lines = (tmp_path / "new.yaml").read_text().splitlines()
    old = [line for line in lines if not line.startswith("on_bad_numbers")]
    assert len(old) == len(lines) - 1
    (tmp_path / "old.yaml").write_text("\n".join(old))
    assert read_config(tmp_path / "old.yaml") == read_config(tmp_path / "new.yaml")
