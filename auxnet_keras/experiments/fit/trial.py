"""A training that is thrown away: its steps are those of a run, its folder is temporary."""

import contextlib
import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import keras

from auxnet_keras.callbacks import NonFiniteError
from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.training import train


class _EnoughError(AuxnetError):
    """Ends the training."""


class Trial(keras.callbacks.Callback):
    """Sees every batch of a training that is thrown away, and ends it.

    Args:
        steps: The number of steps.

    Attributes:
        done: Steps done.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.done = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.done += 1
        if not self.goes_on(logs or {}) or self.done == self.steps:
            raise _EnoughError("The trial is over.")

    def goes_on(self, logs: dict[str, float]) -> bool:
        """Takes the logs of a batch; `False` ends the training."""
        raise NotImplementedError


def run_trial(config: RunConfig, trial: Trial, **changes: Any) -> None:
    """Trains with the settings of a run until the trial ends, without validation.

    The network, its initial weights, its data and their order, the weighting and the optimizer are
    those of the run, its learning rate is constant; nothing of the run folder is read or changed.

    Args:
        config: The settings of the run.
        trial: Ends the training; so do weights that are no longer finite.
        **changes: Settings that differ.
    """
    always = {
        "epochs": trial.steps,  # of one step or more
        "validate_every": trial.steps,
        "auxiliary_first": None,
        "patience": None,
        "smoke": False,
        "schedule": "constant",
        "learning_rate_drops": None,
        "on_bad_numbers": "skip",
    }
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "trial")
        changed = dataclasses.replace(config, **{**always, **changes, "out": out})
        with contextlib.suppress(_EnoughError, NonFiniteError):
            train(changed, [trial])
