"""Estimates how long a training takes, from its start and two steps."""

import contextlib
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.config.run_config import RunConfig

STEPS = 2

_NOT_IN_STEP = {
    "seed",
    "fold",
    "labels",
    "limit",
    "extra_share",
    "auxiliary_of",
    "auxiliary_first",
    "restart_optimizer",
    "epochs",
    "learning_rate",
    "learning_rate_drops",
    "schedule",
    "validate_every",
    "palette",
    "patience",
    "out",
}
"""Settings that change how many steps a run has, or their values, but not what a step computes."""


class _MeasuredError(AuxnetError):
    """Ends a training that was started only to time it."""


class _Clock(keras.callbacks.Callback):
    """Records when each step begins and ends, and stops after the last one needed.

    The first step includes compilation and does not count.
    """

    def __init__(self) -> None:
        super().__init__()
        self.times: list[tuple[float, float]] = []

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._begin = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.times.append((self._begin, time.perf_counter()))
        if len(self.times) > STEPS:
            raise _MeasuredError("Two steps are measured.")


def step_key(config: RunConfig) -> tuple[tuple[str, str], ...]:
    """What the time of a step depends on: equal for `fixed:1,0` and `fixed:20,1`, for example."""
    settings = config.to_mapping() | {"weighting": config.weighting.partition(":")[0]}
    return tuple((name, str(settings[name])) for name in settings if name not in _NOT_IN_STEP)


def measure(settings: Mapping[str, Any]) -> dict[str, float]:
    """Starts a training in a temporary folder.

    Args:
        settings: The settings of the run; `out` does not matter.

    Returns:
        {"start": seconds up to the end of the first step, "step": seconds of a further one}.

    Raises:
        ConfigError, DataError: As `train`.
    """
    from auxnet_keras.experiments.fit.training import train

    clock, began = _Clock(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(_MeasuredError):
        train({**settings, "out": str(Path(folder) / "run")}, callbacks=[clock])
    # A run of a single step has only the one with the compilation.
    later = [end - begin for begin, end in clock.times[1:] or clock.times]
    return {"start": clock.times[0][1] - began, "step": sum(later) / len(later)}
