"""The recipes of docs/cluster run under local stand-ins of their schedulers.

In place of a training, `auxnet` here prints its arguments and the cluster that it would join.
"""

import json
import os
import shlex
import subprocess
import sys

import pytest
import yaml

from tests.docs.snippets import ROOT

RECIPES = ROOT / "docs" / "cluster"
AUXNET = f"""#!{sys.executable}
import dataclasses, json, os, sys
sys.path.insert(0, {str(ROOT)!r})
from auxnet_keras.experiments.cluster.discovery import find_cluster
found = find_cluster(os.environ)
cluster = None if found is None else dataclasses.astuple(found)
print(json.dumps([os.environ.get("KERAS_BACKEND"), sys.argv[1:], cluster]), flush=True)
sys.exit(int(os.environ.get("CODE", 0)))
"""
SRUN = """#!/bin/bash
# Starts a step's tasks on this host; its exit code is the largest of theirs.
for ((i = 0; i < 2; i++)); do
    SLURM_STEP_ID=0 SLURM_STEP_NODELIST="$SLURM_JOB_NODELIST" SLURM_STEP_NUM_TASKS=2 \
        SLURM_PROCID=$i "$@" &
    started+=($!)
done
for each in "${started[@]}"; do wait "$each" || code=$?; done
exit ${code:-0}
"""
SCONTROL = """#!/bin/bash
echo "[\\"scontrol\\", [\\"$1\\", \\"$2\\"], null]"
"""


@pytest.fixture
def run(tmp_path):
    """Runs a command; returns what it printed, sorted by process, and its exit code."""
    for name, text in {"auxnet": AUXNET, "srun": SRUN, "scontrol": SCONTROL}.items():
        file = tmp_path / name
        file.write_text(text)
        file.chmod(0o755)

    def run(command, **environment):
        done = subprocess.run(
            command,
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return sorted(lines, key=lambda line: (line[2] or [0, 0, 9])[2]), done.returncode

    return run


def slurm(run, code):
    script = ["bash", str(RECIPES / "slurm.sh"), "--data", "street", "--out", "/shared/a run"]
    job = {"SLURM_JOB_ID": "4711", "SLURM_JOB_NODELIST": "gpu[07-08]", "SLURM_NTASKS": "2"}
    return run(script, SLURM_GPUS_ON_NODE="4", CODE=str(code), **job)


def test_slurm(run):
    lines, code = slurm(run, 0)
    given = ["train", "--devices", "4", "--data", "street", "--out", "/shared/a run"]
    address = f"gpu07:{61440 + 4711 % 4096}"
    assert lines == [["jax", given, [address, 2, index]] for index in range(2)]
    assert code == 0


def test_slurm_requeues_a_job_whose_time_is_over(run):
    lines, code = slurm(run, 128 + 10)
    assert lines[-1] == ["scontrol", ["requeue", "4711"], None]
    assert code == 138
    lines, code = slurm(run, 1)
    assert len(lines) == 2 and code == 1
    options = [
        line for line in (RECIPES / "slurm.sh").read_text().splitlines() if "#SBATCH" in line
    ]
    assert "#SBATCH --requeue" in options
    assert any("--signal=USR1@" in option for option in options)


def test_kubernetes(run):
    service, job = yaml.load_all((RECIPES / "kubernetes.yaml").read_text(), yaml.SafeLoader)
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    assert spec["completionMode"] == "Indexed"
    assert spec["completions"] == spec["parallelism"]
    # The name of pod 0: NAME-0.SERVICE, where the service has no address of its own.
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"] == {"job-name": job["metadata"]["name"]}
    assert pod["subdomain"] == service["metadata"]["name"]
    container = pod["containers"][0]
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert environment["JAX_NUM_PROCESSES"] == str(spec["completions"])
    mounts = {each["name"] for each in container["volumeMounts"]}
    assert mounts == {each["name"] for each in pod["volumes"]}
    first = f"{job['metadata']['name']}-0.{service['metadata']['name']}:8476"
    for index in range(spec["completions"]):
        lines, code = run(container["command"], JOB_COMPLETION_INDEX=str(index), **environment)
        assert lines == [["jax", container["command"][1:], [first, spec["completions"], index]]]
        assert code == 0


@pytest.mark.parametrize(("hosts", "processes"), [(["algo-1"], None), (["algo-1", "algo-2"], 2)])
def test_sagemaker(run, tmp_path, hosts, processes):
    checkpoints, results = tmp_path / "checkpoints", tmp_path / "model"
    (checkpoints / "run").mkdir(parents=True)
    results.mkdir()
    for name in ("best.weights.h5", "config.yaml", "manifest.json", "results.json"):
        (checkpoints / "run" / name).touch()
    lines, code = run(
        ["bash", str(RECIPES / "sagemaker.sh"), "--epochs", "50"],
        CHECKPOINTS=str(checkpoints),
        SM_CHANNEL_TRAINING="/opt/ml/input/data/training",
        SM_MODEL_DIR=str(results),
        SM_NUM_GPUS="0",
        SM_HOSTS=json.dumps(hosts),
        SM_CURRENT_HOST=hosts[-1],
    )
    given = ["--data", "kitti:/opt/ml/input/data/training", "--out", f"{checkpoints}/run"]
    cluster = processes and ["algo-1:8476", processes, processes - 1]
    assert lines == [["jax", ["train", *given, "--devices", "1", "--epochs", "50"], cluster]]
    assert code == 0
    assert "results.json" in {file.name for file in results.iterdir()}


def test_the_recipes_call_commands_and_options_that_exist():
    import typer

    from auxnet_keras.cli import app

    command = typer.main.get_command(app).commands["train"]
    pods = list(yaml.load_all((RECIPES / "kubernetes.yaml").read_text(), yaml.SafeLoader))[1]
    words = pods["spec"]["template"]["spec"]["containers"][0]["command"]
    command.make_context("auxnet", words[2:])
    comment = (RECIPES / "slurm.sh").read_text().split("sbatch slurm.sh ")[1].splitlines()[0]
    command.make_context("auxnet", ["--devices", "4", *shlex.split(comment)])
