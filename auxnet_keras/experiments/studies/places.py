"""The parts of the machine for runs that train at the same time: a GPU each, or some CPU cores."""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

from filelock import Timeout

from auxnet_keras.core.threads import available, share_of
from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.lock import acquired

PATIENCE = 600  # seconds for a worker to save its batch


@dataclasses.dataclass(frozen=True)
class Place:
    """A part of the machine.

    Attributes:
        number: Counts the places from 0.
        variables: The environment variables that restrict a process to it.
    """

    number: int
    variables: Mapping[str, str]

    @property
    def lock(self) -> str:
        """The name of the file that a process in this place holds locked."""
        return f".worker-{self.number}.lock"


ALL = Place(0, {})
"""The whole machine."""


def places(jobs: int) -> list[Place]:
    """Parts of the machine for `jobs` processes: a GPU each, or the same number of CPU threads.

    Raises:
        ConfigError: There are GPUs, but fewer than `jobs`.
    """
    if jobs == 1:
        return [ALL]
    gpus = _gpus()
    if gpus:
        if jobs > len(gpus):
            raise ConfigError(
                "Every run that trains at the same time needs its own GPU, and there are fewer. "
                f"Expected at most {len(gpus)}. Received: jobs={jobs}."
            )
        return [Place(n, {"CUDA_VISIBLE_DEVICES": gpus[n]}) for n in range(jobs)]
    share = share_of(max(1, available() // jobs))
    return [Place(n, share) for n in range(jobs)]


def wait_for_workers(folder: Path) -> None:
    """Waits until the workers of an earlier, killed study in this folder have ended.

    Raises:
        ConfigError: One is still busy after ten minutes.
    """
    for file in sorted(folder.glob(".worker-*.lock")):
        try:
            acquired(file, PATIENCE).release()
        except Timeout:
            raise ConfigError(
                "A worker of an earlier call of this study is still training. Wait for it, or stop "
                f"it. Received: {str(file)!r} is locked."
            ) from None


def _gpus() -> list[str]:
    """The GPUs that the backend sees, as values of CUDA_VISIBLE_DEVICES."""
    from auxnet_keras.core.accelerators import gpu_names

    found = gpu_names()
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return chosen.split(",")[: len(found)] if chosen else [str(n) for n in range(len(found))]
