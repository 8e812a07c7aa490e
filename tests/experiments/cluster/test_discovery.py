"""A cluster from every kind of environment; nothing is started."""

import os

import pytest

from auxnet_keras.cli import app
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.cluster.discovery import (
    Cluster,
    check_alone,
    find_cluster,
    first_host,
)
from auxnet_keras.experiments.fit import training

JAX = {
    "JAX_COORDINATOR_ADDRESS": "host0:1234",
    "JAX_NUM_PROCESSES": "4",
    "JAX_PROCESS_ID": "3",
}
KERAS = {
    "KERAS_DISTRIBUTION_JOB_ADDRESSES": "10.0.0.1:1234, 10.0.0.2:2345",
    "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
    "KERAS_DISTRIBUTION_PROCESS_ID": "1",
}
KUBERNETES = {
    "JAX_COORDINATOR_ADDRESS": "auxnet-0.auxnet",
    "JAX_NUM_PROCESSES": "2",
    "JOB_COMPLETION_INDEX": "1",
}
SLURM = {
    "SLURM_JOB_ID": "70001",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NODELIST": "gpu[07-08]",
    "SLURM_STEP_NUM_TASKS": "2",
    "SLURM_PROCID": "1",
}
SAGEMAKER = {"SM_HOSTS": '["algo-2", "algo-1"]', "SM_CURRENT_HOST": "algo-2"}


@pytest.mark.parametrize(
    ("environment", "cluster"),
    [
        (JAX, Cluster("host0:1234", 4, 3)),
        (KERAS, Cluster("10.0.0.1:1234", 2, 1)),
        (KUBERNETES, Cluster("auxnet-0.auxnet:8476", 2, 1)),
        (SLURM, Cluster(f"gpu07:{61440 + 70001 % 4096}", 2, 1)),
        (SLURM | {"SLURM_STEP_ID": "5"}, Cluster(f"gpu07:{61440 + 70006 % 4096}", 2, 1)),
        (SAGEMAKER, Cluster("algo-1:8476", 2, 1)),
        (
            {
                "JAX_COORDINATOR_ADDRESS": "[::1]:99",
                "JAX_NUM_PROCESSES": "2",
                "JAX_PROCESS_ID": "0",
            },
            Cluster("[::1]:99", 2, 0),
        ),
        # What is said first counts: JAX before Keras before a scheduler.
        (JAX | KERAS | SLURM | SAGEMAKER, Cluster("host0:1234", 4, 3)),
        (KERAS | SLURM | SAGEMAKER, Cluster("10.0.0.1:1234", 2, 1)),
        (SLURM | SAGEMAKER, Cluster(f"gpu07:{61440 + 70001 % 4096}", 2, 1)),
        # Its own number counts more than the pod's.
        (KUBERNETES | {"JAX_PROCESS_ID": "0"}, Cluster("auxnet-0.auxnet:8476", 2, 0)),
    ],
)
def test_a_cluster_from_an_environment(environment, cluster):
    assert find_cluster(environment) == cluster


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"PATH": "/bin"},
        {"JAX_NUM_PROCESSES": "1"},
        JAX | {"JAX_NUM_PROCESSES": "1", "JAX_PROCESS_ID": "0"},
        {"JOB_COMPLETION_INDEX": "3"},  # an Indexed Job of independent runs
        SLURM | {"SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"},
        # A batch script without srun is one process, however many tasks the job may start.
        {"SLURM_JOB_ID": "7", "SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_JOB_NODELIST": "a"},
        {"SM_HOSTS": '["algo-1"]', "SM_CURRENT_HOST": "algo-1"},
        {"SM_HOSTS": '["algo-1"]'},
    ],
)
def test_a_process_alone(environment):
    assert find_cluster(environment) is None


def test_what_only_one_process_may_do():
    for alone in ({}, JAX | {"JAX_NUM_PROCESSES": "1"}, SLURM | {"JAX_NUM_PROCESSES": "1"}):
        check_alone(alone, "A study is for one.")
    said = r"A study is for one\. Start it once.*JAX_NUM_PROCESSES=1\. Received: process 1 of 2\."
    for environment in (KUBERNETES, SLURM):
        with pytest.raises(ConfigError, match=said):
            check_alone(environment, "A study is for one.")


def test_options_count_more_than_the_environment():
    found = find_cluster(JAX | SLURM, coordinator="here:1", processes=2, process=0)
    assert found == Cluster("here:1", 2, 0)
    assert find_cluster(JAX, coordinator=None, processes=None, process=None).processes == 4
    assert find_cluster(JAX, processes=1) is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (JAX | {"JAX_PROCESS_ID": "4"}, "of 4 none has the number 4; correct JAX's variables"),
        (JAX | {"JAX_NUM_PROCESSES": "0"}, "of 0 none has the number 3"),
        (JAX | {"JAX_NUM_PROCESSES": "two"}, "JAX_NUM_PROCESSES must be a whole number >= 0"),
        (JAX | {"JAX_PROCESS_ID": "-1"}, "JAX_PROCESS_ID must be a whole number >= 0"),
        (JAX | {"JAX_PROCESS_ID": " "}, "JAX_PROCESS_ID is missing"),
        ({"JAX_COORDINATOR_ADDRESS": "host0:1"}, "JAX_NUM_PROCESSES is missing"),
        ({"JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": "0"}, "JAX_COORDINATOR_ADDRESS is missing"),
        (JAX | {"JAX_COORDINATOR_ADDRESS": "host0:"}, "must be HOST:PORT"),
        (JAX | {"JAX_COORDINATOR_ADDRESS": ":1234"}, "must be HOST:PORT"),
        (JAX | {"JAX_COORDINATOR_ADDRESS": "host0:70000"}, "must be HOST:PORT"),
        (KERAS | {"KERAS_DISTRIBUTION_PROCESS_ID": "2"}, "correct Keras' variables"),
        (SLURM | {"SLURM_PROCID": "2"}, "of 2 none has the number 2; correct SLURM"),
        (SLURM | {"SLURM_JOB_ID": "x"}, "SLURM_JOB_ID must be a whole number"),
        (SAGEMAKER | {"SM_CURRENT_HOST": "algo-9"}, "SM_CURRENT_HOST one of them"),
        (SAGEMAKER | {"SM_HOSTS": "algo-1"}, "SM_HOSTS must be a JSON list"),
    ],
)  # fmt: skip
def test_a_contradiction_is_a_sentence(environment, said):
    with pytest.raises(ConfigError, match=said) as caught:
        find_cluster(environment)
    assert "Received: " in str(caught.value)


@pytest.mark.parametrize(
    ("nodes", "first"),
    [
        ("gpu07", "gpu07"),
        ("gpu07,gpu08", "gpu07"),
        ("gpu[07-08]", "gpu07"),
        ("gpu[007-010,12],login1", "gpu007"),
        ("gpu[3,5]", "gpu3"),
        ("login1,gpu[07-08]", "login1"),
        ("rack[1-2]-gpu,x", "rack1-gpu"),
    ],
)
def test_the_first_of_slurms_hosts(nodes, first):
    assert first_host(nodes) == first


def test_the_option_for_one_process_holds_in_a_step_of_slurm(monkeypatch, tmp_path):
    def train(config):
        raise ConfigError(f"found {find_cluster(os.environ)}")

    monkeypatch.setattr(training, "train", train)
    monkeypatch.setenv("JAX_NUM_PROCESSES", "")  # is restored after the test
    for name, value in SLURM.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="found None"):
        app(
            ["train", "--data", "street", "--out", str(tmp_path), "--processes", "1"],
            standalone_mode=False,
        )
