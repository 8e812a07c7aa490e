"""Finds the cluster that a process was started in: from options, or from its environment."""

import dataclasses
import json
from collections.abc import Mapping

from auxnet_keras.errors import ConfigError

PORT = 8476
"""Of the first process, where nothing else says it; the one that JAX's own examples use."""

_DESCRIPTIONS = {
    "the options": ("--coordinator", "--processes", "--process"),
    "JAX's variables": ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID"),
    "Keras' variables": (
        "KERAS_DISTRIBUTION_JOB_ADDRESSES",
        "KERAS_DISTRIBUTION_NUM_PROCESSES",
        "KERAS_DISTRIBUTION_PROCESS_ID",
    ),
}
"""Who describes a cluster -> the names of its address, size and this process' number."""

_KUBERNETES = "JOB_COMPLETION_INDEX"
# Only srun sets a step's variables. A batch script has SLURM_NTASKS, too, and is one process.
_SLURM = ("SLURM_STEP_NODELIST", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID")
_SAGEMAKER = ("SM_HOSTS", "SM_CURRENT_HOST")
_SLURM_PORTS = 61440  # above the ports that Linux hands out by itself


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The processes that train one run together.

    Attributes:
        address: HOST:PORT at which the first process listens.
        processes: How many there are, 2 or more.
        index: The number of this one, from 0.
    """

    address: str
    processes: int
    index: int


def find_cluster(environment: Mapping[str, str], **options: str | int | None) -> Cluster | None:
    """The cluster that options or else environment variables describe.

    In this order: the options, JAX's variables (in a Kubernetes Indexed Job without
    JAX_PROCESS_ID), Keras' variables, SLURM's of a step that `srun` started, and SageMaker's.

    Args:
        environment: Name to value, as `os.environ`.
        **options: `coordinator`, `processes` and `process`, as on the command line.

    Returns:
        The cluster; `None` for a process alone.

    Raises:
        ConfigError: The description lacks something, or contradicts itself.
    """
    values = {
        **environment,
        **{f"--{name}": str(value) for name, value in options.items() if value is not None},
    }
    for whose, names in _DESCRIPTIONS.items():
        if any(values.get(name, "").strip() for name in names):
            return _described(values, whose, names)
    return _slurm(environment) or _sagemaker(environment)


def check_alone(environment: Mapping[str, str], what: str) -> None:
    """Refuses to do in each process of a cluster what only one should do.

    Args:
        environment: As for `find_cluster`.
        what: What it is and where it runs, as a sentence.

    Raises:
        ConfigError: This process was started in a cluster.
    """
    cluster = find_cluster(environment)
    if cluster is not None:
        raise ConfigError(
            f"{what} Start it once, outside of the processes of a cluster; or, to be alone in each "
            "of them, set JAX_NUM_PROCESSES=1. "
            f"Received: process {cluster.index} of {cluster.processes}."
        )


def _described(values: Mapping[str, str], whose: str, names: tuple[str, ...]) -> Cluster | None:
    address, processes, index = (values.get(name, "").strip() for name in names)
    if names[2] == "JAX_PROCESS_ID" and not index:
        index = values.get(_KUBERNETES, "").strip()
    if processes == "1":  # alone, whatever else is said
        return None
    for name, value in zip(names, (address, processes, index), strict=True):
        if not value:
            raise ConfigError(
                f"A cluster is described by {names[0]}, {names[1]} and {names[2]}, and {name} is "
                "missing. Give every process all three, or none to train alone. "
                f"Received: {_shown(values, names)}."
            )
    first = address.split(",")[0].strip()
    return _cluster(whose, first, _number(names[1], processes), _number(names[2], index))


def _slurm(values: Mapping[str, str]) -> Cluster | None:
    hosts, tasks, index = (values.get(name, "").strip() for name in _SLURM)
    if not (hosts and tasks and index):
        return None
    numbers = [_number(name, values.get(name, "0")) for name in ("SLURM_JOB_ID", "SLURM_STEP_ID")]
    address = f"{first_host(hosts)}:{_SLURM_PORTS + sum(numbers) % 4096}"
    return _cluster("SLURM", address, _number(_SLURM[1], tasks), _number(_SLURM[2], index))


def first_host(nodes: str) -> str:
    """The first of SLURM's list of hosts.

    Example:
        >>> first_host("gpu[007-010,12],login1")
        'gpu007'
    """
    head, bracket, rest = nodes.partition("[")
    if "," in head or not bracket:
        return head.split(",")[0]
    inside, _, after = rest.partition("]")
    return head + inside.replace("-", ",").split(",")[0] + after.split(",")[0]


def _sagemaker(values: Mapping[str, str]) -> Cluster | None:
    hosts, own = (values.get(name, "").strip() for name in _SAGEMAKER)
    if not hosts or not own:
        return None
    try:
        listed = sorted(json.loads(hosts))
        index = listed.index(own)
    except (ValueError, TypeError):
        raise ConfigError(
            "SM_HOSTS must be a JSON list of hosts, and SM_CURRENT_HOST one of them. "
            f"Received: {_shown(values, _SAGEMAKER)}."
        ) from None
    return _cluster("SageMaker", f"{listed[0]}:{PORT}", len(listed), index)


def _cluster(whose: str, address: str, processes: int, index: int) -> Cluster | None:
    if index >= max(processes, 1):
        raise ConfigError(
            f"Processes are numbered from 0, so of {processes} none has the number {index}; "
            f"correct {whose}. Received: process {index} of {processes}."
        )
    if processes < 2:
        return None
    host, _, port = address.rpartition(":") if ":" in address else (address, ":", str(PORT))
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(
            "The address of the first process must be HOST:PORT, as all others reach it; correct "
            f"{whose}. Received: {address!r}."
        )
    return Cluster(f"{host}:{port}", processes, index)


def _number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"{name} must be a whole number >= 0. Received: {text!r}.")
    return int(text)


def _shown(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return ", ".join(f"{name}={values.get(name, '')!r}" for name in names)
