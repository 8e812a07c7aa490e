"""What a process of a cluster does after an error; `test_processes.py` loses a real one."""

import pytest

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
    """A process of two, and whether it would leave at once."""
    found = []
    monkeypatch.setattr(membership, "process_count", lambda: 2)
    monkeypatch.setattr(membership, "leave_at_once", lambda: found.append(True))
    return found


def test_an_error_of_the_folder_ends_the_chief_at_once(left, tmp_path, monkeypatch):
    """The others wait for it to begin, and it would wait for them to leave."""
    (tmp_path / "config.yaml").write_text("epochs: 3\n")
    monkeypatch.setattr(training, "Crew", lambda: None)
    with pytest.raises(ConfigError, match=r"config\.yaml is cut or damaged"):
        training.train(RunConfig(out=str(tmp_path)))
    assert left == [True]


def test_an_error_of_a_lost_process_is_a_sentence(left):
    pytest.importorskip("jax")
    lost = pytest.raises(ClusterError, match="Another process of the cluster has ended")
    with lost, readable_cluster_errors():
        raise ValueError("Gloo all-reduce failed: connection closed by peer")
    with pytest.raises(ValueError, match="not of the cluster"), readable_cluster_errors():
        raise ValueError("not of the cluster")
    assert left == [True, True]


def test_only_jax_joins(monkeypatch):
    monkeypatch.setattr(membership, "backend", lambda: "tensorflow")
    with pytest.raises(ConfigError, match=r"JAX only.*JAX_NUM_PROCESSES=1.*Received: 2 processes"):
        join(Cluster("host0:1", 2, 0))
