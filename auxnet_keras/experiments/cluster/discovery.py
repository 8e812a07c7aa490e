"""Finds the cluster that a process was started in: from options, or from its environment."""

import dataclasses
import json
from collections.abc import Mapping

from auxnet_keras.errors import ConfigError

PORT = 8476
"""Of the first process, where nothing else says it; the one that JAX's own examples use."""

_OWN = ("the options", "--coordinator", "--processes", "--process")
_NAMES = (
    _OWN,
    ("JAX", "JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID"),
    (
        "Keras",
        "KERAS_DISTRIBUTION_JOB_ADDRESSES",
        "KERAS_DISTRIBUTION_NUM_PROCESSES",
        "KERAS_DISTRIBUTION_PROCESS_ID",
    ),
)
_KUBERNETES_INDEX = "JOB_COMPLETION_INDEX"
# Only srun sets the step's variables. A batch script has SLURM_NTASKS, too, and is one process.
_SLURM = ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_STEP_NODELIST", "SLURM_JOB_ID")
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
    given = {f"--{name}": str(value) for name, value in options.items() if value is not None}
    for names in _NAMES:
        found = _described({**environment, **given}, *names)
        if found is not None:
            return _checked(*found)
    for read in (_slurm, _sagemaker):
        found = read(environment)
        if found is not None:
            return _checked(*found)
    return None


def _described(values: Mapping[str, str], whose: str, *names: str) -> tuple | None:
    """What three variables of one kind say: address, processes, index."""
    address, processes, index = (values.get(name, "").strip() for name in names)
    if not (address or processes or index):
        return None
    if not index and whose == "JAX":
        index = values.get(_KUBERNETES_INDEX, "").strip()
    if _number(names[1], processes or "1") == 1 and not address:
        return "", 1, 0, whose
    for name, value in zip(names, (address, processes, index), strict=True):
        if not value:
            every = " and ".join([", ".join(names[:2]), names[2]])
            raise ConfigError(
                f"A cluster is described by {every}; {name} is missing. Give all three to every "
                f"process, or none to train alone. Received: {_shown(values, names)}."
            )
    first = address.split(",")[0].strip()
    return first, _number(names[1], processes), _number(names[2], index), whose


def _slurm(values: Mapping[str, str]) -> tuple | None:
    tasks, index, nodes, job = (values.get(name, "").strip() for name in _SLURM)
    if not (tasks and index and nodes and job):
        return None
    port = _SLURM_PORTS + (_number(_SLURM[3], job) + int(values.get("SLURM_STEP_ID", 0))) % 4096
    address = f"{first_host(nodes)}:{port}"
    return address, _number(_SLURM[0], tasks), _number(_SLURM[1], index), "SLURM"


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


def _sagemaker(values: Mapping[str, str]) -> tuple | None:
    hosts, own = (values.get(name, "").strip() for name in _SAGEMAKER)
    if not hosts or not own:
        return None
    try:
        listed = sorted(json.loads(hosts))
        return f"{listed[0]}:{PORT}", len(listed), listed.index(own), "SageMaker"
    except (ValueError, TypeError, IndexError):
        raise ConfigError(
            "SM_HOSTS must be a JSON list of hosts, and SM_CURRENT_HOST one of them. "
            f"Received: {_shown(values, _SAGEMAKER)}."
        ) from None


def _checked(address: str, processes: int, index: int, whose: str) -> Cluster | None:
    if not 0 <= index < max(processes, 1):
        raise ConfigError(
            f"The number of a process counts from 0, so it must be below the number of processes, "
            f"{processes}; correct {whose}'s description of the cluster. Received: {index}."
        )
    if processes < 2:
        return None
    host, colon, port = address.rpartition(":")
    if not colon:
        host, port = address, str(PORT)
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(
            "The address of the first process must be HOST:PORT, which all others can reach; "
            f"correct {whose}'s description of the cluster. Received: {address!r}."
        )
    return Cluster(f"{host}:{port}", processes, index)


def _number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"{name} must be a whole number >= 0. Received: {text!r}.")
    return int(text)


def _shown(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return ", ".join(f"{name}={values.get(name, '')!r}" for name in names)
