"""Checks before a run resumes that nothing it continues from is lost."""

import math

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.run.run import WEIGHTS, Run


def check_resume(run: Run) -> None:
    """Refuses to resume without the history or the best weights of the finished epochs.

    A checkpoint has neither: the run would silently choose its best epoch among the later ones.

    Raises:
        DataError: A file is missing, or lacks epochs.
    """
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
