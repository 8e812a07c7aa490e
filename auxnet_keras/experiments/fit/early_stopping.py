"""Ends a training that no longer improves the main task."""

import math
from typing import TYPE_CHECKING, Any

import keras

from auxnet_keras.callbacks.checkpoint_store import CheckpointStore
from auxnet_keras.core.types import Logs
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.phases import Phase, phases

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


class EarlyStopping(keras.callbacks.EarlyStopping):
    """Stops after `patience` validations in a row without a lower loss of the main task.

    An epoch without a validation does not count. The state is part of a checkpoint, as that of
    Keras' own callback; the best weights are in the run folder.

    Args:
        main: The main task.
        patience: Validations to wait.
    """

    def __init__(self, main: str, patience: int) -> None:
        super().__init__(f"val_{main}_loss", patience=patience, mode="min")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        value: Any = (logs or {}).get(self.monitor)
        if value is None:
            return
        # To Keras, NaN is better than nothing, and nothing is better than NaN.
        value = value if math.isfinite(value) else math.inf
        super().on_epoch_end(epoch, {self.monitor: value})


def early_stopping(config: RunConfig, phase: Phase) -> list[EarlyStopping]:
    """Ends the training as configured; the auxiliary task alone trains all its epochs."""
    if config.patience is None or phase.alone:
        return []
    return [EarlyStopping(config.main, config.patience)]


def has_ended(run: "Run") -> bool:
    """Whether no epoch is left to train: all are done, or a callback stopped the last phase."""
    if run.epochs_saved >= run.config.all_epochs:
        return True
    newest = CheckpointStore(run.path / "checkpoints").newest_facts()
    if newest is None:
        return False
    _, facts = newest
    return facts.get("stopped") is True and facts.get("after") == phases(run.config)[-1].first


def stopped_after(run: "Run") -> int | None:
    """The epochs after which a run whose training has ended was stopped; `None` if it was not."""
    epochs = run.epochs_saved
    return epochs if epochs < run.config.all_epochs else None
