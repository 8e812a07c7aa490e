"""Joins the processes of a cluster, and ends them all if one of them fails or is interrupted."""

import contextlib
import os
import signal
from collections.abc import Iterator

from auxnet_keras.callbacks.joint_stop import all_stop
from auxnet_keras.core.backend import backend
from auxnet_keras.core.hosts import process_count, process_index
from auxnet_keras.errors import AuxnetError, ConfigError
from auxnet_keras.experiments.cluster.discovery import Cluster, find_cluster
from auxnet_keras.experiments.cluster.last_words import end_with, ended_by_ctrl_c, leave_at_once

_MEET_WITHIN = 300
_LOST_AFTER = 30
"""Seconds without a sign of life after which a process counts as lost."""
_LEAVE_WITHIN = 600

_APART = (
    "The {0.processes} processes of the cluster did not meet at {0.address} within {1} seconds. "
    "Start all of them at about the same time, and check that every host can reach this address. "
    "Received: process {0.index} of {0.processes}."
)
_LOST = (
    "Another process of the cluster has ended or is out of reach, so this one stops, too; the "
    "output of the one that ended first says why. The same command on all hosts resumes from the "
    "newest checkpoint. Received: process {0} of {1}."
)


class ClusterError(AuxnetError, RuntimeError):
    """The processes of a cluster cannot train together, or no longer."""


@contextlib.contextmanager
def in_cluster(cluster: Cluster | None = None) -> Iterator[None]:
    """Inside the block, this process is one of its cluster, if it was started in one.

    Join before whatever may fail in one process alone, such as a look at its disk: the others
    would wait for it. A process that fails or is interrupted in the block leaves at once, and the
    others notice.

    Args:
        cluster: By default, as the environment says.

    Raises:
        ConfigError, ClusterError: As `find_cluster`, `join` and `readable_cluster_errors`.
    """
    with readable_cluster_errors():
        if process_count() == 1:
            cluster = cluster or find_cluster(os.environ)
            if cluster is not None:
                join(cluster)
        yield


def join(cluster: Cluster) -> None:
    """Meets the other processes, before JAX computes for the first time.

    It is `keras.distribution.initialize` with limits of time; that one also shares a random seed,
    which a run has in its settings.

    Raises:
        ConfigError: The backend is not JAX, or JAX has started before.
        ClusterError: The others are not there.
    """
    if backend() != "jax":
        raise ConfigError(
            "Several processes train one run on JAX only: set KERAS_BACKEND=jax. On TensorFlow, "
            "--devices uses several GPUs of one host. With JAX_NUM_PROCESSES=1, each process "
            "trains a run of its own. "
            f"Received: {cluster.processes} processes, KERAS_BACKEND={backend()}."
        )
    import jax

    if jax.distributed.is_initialized():
        return
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    # It would take SIGTERM for itself, and the process would go on.
    jax.config.update("jax_enable_preemption_service", False)
    end_with(_APART.format(cluster, _MEET_WITHIN))
    try:
        with ended_by_ctrl_c():
            jax.distributed.initialize(
                cluster.address,
                cluster.processes,
                cluster.index,
                initialization_timeout=_MEET_WITHIN,
                heartbeat_timeout_seconds=_LOST_AFTER,
                shutdown_timeout_seconds=_LEAVE_WITHIN,
            )
    except RuntimeError as error:
        if isinstance(error, jax.errors.JaxRuntimeError):
            raise ClusterError(_APART.format(cluster, _MEET_WITHIN)) from error
        raise ConfigError(
            "The processes of a cluster must meet before JAX computes for the first time, and in "
            "this process it has computed. Train first after a restart of all processes. "
            f"Received: process {cluster.index} of {cluster.processes}."
        ) from error
    end_with(_LOST.format(cluster.index, cluster.processes))


@contextlib.contextmanager
def readable_cluster_errors() -> Iterator[None]:
    """Inside the block, an error about a process that is lost becomes a sentence.

    After an error, Ctrl-C or an exit this process leaves at once, because the others may wait for
    it; not after a signal on which all stop.

    Raises:
        ClusterError: Another process is lost.
    """
    try:
        yield
    except BaseException as error:
        if process_count() == 1:
            raise
        if isinstance(error, Exception) or not all_stop():
            leave_at_once(_exit_code(error))
        if isinstance(error, Exception) and _is_of_communication(error):
            raise ClusterError(_LOST.format(process_index(), process_count())) from error
        raise


def _exit_code(error: BaseException) -> int:
    """The one with which Python, or a shell, reports the end of a process by this error."""
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    code = error.code if isinstance(error, SystemExit) else 1
    return code if isinstance(code, int) else int(code is not None)


def _is_of_communication(error: Exception) -> bool:
    import jax

    # Gloo, which connects CPUs, has errors that JAX makes ValueErrors.
    return isinstance(error, jax.errors.JaxRuntimeError | ValueError) and any(
        word in str(error) for word in ("Gloo", "NCCL", "UNAVAILABLE", "heartbeat", "Barrier")
    )
