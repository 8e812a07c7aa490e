"""What a process of a cluster does after an error; `test_processes.py` loses a real one."""

import contextlib

import pytest

from auxnet_keras.cli import app
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.cluster import membership
from auxnet_keras.experiments.cluster.discovery import Cluster
from auxnet_keras.experiments.cluster.membership import (
    ClusterError,
    join,
    readable_cluster_errors,
)
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit import training


@pytest.fixture
def left(monkeypatch):
    """A process of two, and the exit codes with which it would leave at once."""
    found = []
    monkeypatch.setattr(membership, "process_count", lambda: 2)
    monkeypatch.setattr(membership, "leave_at_once", found.append)
    return found


def test_an_error_of_the_folder_ends_the_chief_at_once(left, tmp_path):
    """The others wait for it to begin, and it would wait for them to leave."""
    (tmp_path / "config.yaml").write_text("epochs: 3\n")
    with pytest.raises(ConfigError, match=r"config\.yaml is cut or damaged"):
        training.train(RunConfig(out=str(tmp_path)))
    assert left == [1]


def test_an_error_of_a_lost_process_is_a_sentence(left):
    pytest.importorskip("jax")
    lost = pytest.raises(ClusterError, match="Another process of the cluster has ended")
    with lost, readable_cluster_errors():
        raise ValueError("Gloo all-reduce failed: connection closed by peer")
    with pytest.raises(ValueError, match="not of the cluster"), readable_cluster_errors():
        raise ValueError("not of the cluster")
    assert left == [1, 1]


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (SystemExit(143), 143), (SystemExit(), 0), (SystemExit("no"), 1)],
)
def test_what_interrupts_one_process_ends_it_at_once(left, error, code):
    with pytest.raises(type(error)), readable_cluster_errors():
        raise error
    assert left == [code]


def test_all_leave_together_after_a_signal_on_which_they_agreed(left, monkeypatch):
    monkeypatch.setattr(membership, "all_stop", lambda: True)
    with pytest.raises(SystemExit), readable_cluster_errors():
        raise SystemExit(143)
    assert left == []


@pytest.mark.parametrize(("process", "said"), [("0", "must be a folder"), ("1", "began")])
def test_only_the_chief_must_be_able_to_write_the_run_folder(process, said, monkeypatch, tmp_path):
    def train(config):
        raise ConfigError("began")

    monkeypatch.setattr(training, "train", train)
    monkeypatch.setattr(membership, "in_cluster", contextlib.nullcontext)
    file = tmp_path / "file"
    file.touch()
    cluster = ["--coordinator", "host0:1", "--processes", "2", "--process", process]
    with pytest.raises(ConfigError, match=said):
        app(
            ["train", "--data", "street", "--out", str(file / "run"), *cluster],
            standalone_mode=False,
        )


def test_only_jax_joins(monkeypatch):
    monkeypatch.setattr(membership, "backend", lambda: "tensorflow")
    with pytest.raises(ConfigError, match=r"JAX only.*JAX_NUM_PROCESSES=1.*Received: 2 processes"):
        join(Cluster("host0:1", 2, 0))
