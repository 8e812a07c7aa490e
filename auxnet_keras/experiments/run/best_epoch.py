"""The epoch of a run whose weights were kept."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


def best_epoch(run: "Run") -> dict[str, float]:
    """The history's row of the epoch whose weights were kept, counted from 1 in `epoch`.

    Raises:
        DataError: The history is damaged.
    """
    history = run.history
    column = history[f"val_{run.config.main}_loss"]
    monitored = [value if math.isfinite(value) else math.inf for value in column]
    best = monitored.index(min(monitored))
    return {key: values[best] for key, values in history.items()} | {"epoch": best + 1}
