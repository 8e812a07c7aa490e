"""Checks before a run resumes that nothing it continues from is lost or has changed."""

import math
from typing import TYPE_CHECKING

from auxnet_keras.callbacks.checkpoint_store import CheckpointStore
from auxnet_keras.callbacks.same_data import changes_of_files, refuse
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.run.run import WEIGHTS, Run

if TYPE_CHECKING:
    from auxnet_keras.data.plan import Plan


def check_resume(run: Run, train: "Plan", val: "Plan") -> None:
    """Refuses to resume with other data, or without what a checkpoint does not hold.

    Without the history or the best weights of the finished epochs, the run would silently choose
    its best epoch among the later ones. The checkpoint callback compares the data, too, but only
    if epochs are left, and after the manifest has recorded a start.

    Args:
        run: A run with a checkpoint.
        train, val: What it would train and validate on.

    Raises:
        CheckpointError: The files of the data have changed.
        DataError: A file of the run is missing, or lacks epochs.
    """
    saved = CheckpointStore(run.path / "checkpoints").newest_facts()
    if saved is not None:
        folder, facts = saved
        refuse(folder, changes_of_files(facts, train, val))
    done, history = run.epochs_saved, run.history
    rows = len(history.get("epoch", []))
    if rows < done:
        raise DataError(
            f"{run.path / 'history.csv'} is missing or cut, so the run cannot resume as it was. "
            f"Expected a row for each of the {done} finished epochs; restore it from a copy, or "
            f"start over in another folder. Received: {rows} rows."
        )
    first = run.config.auxiliary_first or 0
    column = history.get(f"val_{run.config.main}_loss", [])[first:done]
    if any(map(math.isfinite, column)) and not (run.path / WEIGHTS).is_file():
        raise DataError(
            f"{run.path / WEIGHTS} is missing, so the best of the {done} finished epochs is lost. "
            "Restore it from a copy, or start over in another folder. "
            "Received: no such file."
        )
