"""Finds a learning rate: it rises from step to step, and the loss says which one to use."""

import csv
import dataclasses
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras import plots
from auxnet_keras.experiments.config.config_file import as_config
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.trial import Trial, run_trial
from auxnet_keras.experiments.run.folder import FOUND_RATES, check_free, default_folder
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

LOWEST, HIGHEST = 1e-7, 10.0
STEPS = 100
_SMOOTHING = 0.9
_DIVERGED = 4.0  # times the lowest loss so far
_LAST = 5  # rates before the end, at which the loss already grows
_SHORTEST = 5  # rates of a fall that counts


@dataclasses.dataclass(frozen=True)
class LearningRates:
    """What a learning-rate finder measured.

    Attributes:
        rates: The learning rate of every step, rising.
        losses: The loss of the main task on the batch of that step.
        smoothed: These losses, smoothed.
        suggestion: The suggested learning rate; `None` if the loss did not fall anywhere.
    """

    rates: Sequence[float]
    losses: Sequence[float]
    smoothed: Sequence[float]
    suggestion: float | None


def find_learning_rate(config: RunConfig | Mapping[str, Any] | str | Path) -> LearningRates:
    """Trains a hundred steps with a rising learning rate, and suggests one.

    The rate of step i of n is `1e-7 (10 / 1e-7)^(i / (n - 1))`. The test ends early when the loss
    is four times its lowest value, or not finite. The loss is that of the main task, unweighted,
    smoothed as `s <- 0.9 s + 0.1 L` and divided by what s lacks in the first steps.

    The suggestion is fastai's "valley": of the longest fall of the smoothed loss (the longest
    sequence of steps, not all adjacent, with falling losses), the rate in the middle of its second
    third. The first tenth of the steps and the last five do not count.

    It trains the network of the run from its initial weights, with its data, weighting, optimizer
    and precision, in a temporary folder. The run folder only gets `lr_finder.png` and
    `lr_finder.csv`, and its weights do not change.

    Args:
        config: As for `train`.

    Returns:
        Rates, losses and the suggestion.

    Raises:
        ConfigError: As `train`, or no step has a finite loss.
        DataError: As `train`.

    Example:
        >>> settings = {"data": "kitti:/data/kitti2015", "out": "runs/kitti"}
        >>> found = ak.experiments.find_learning_rate(settings)  # doctest: +SKIP
        >>> ak.experiments.train({**settings, "learning_rate": found.suggestion})  # doctest: +SKIP

    Reference:
        Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3. The
        valley: fastai, `lr_find(suggest_funcs=valley)`, after an idea of Esri's.
    """
    config = as_config(config)
    folder = Path(config.out or default_folder(config))
    check_free(folder)
    test = _RangeTest(config.main)
    run_trial(config, test)
    smoothed = list(map(float, test.smoothed))
    rates = list(map(float, test.rates[: len(smoothed)]))
    found = LearningRates(rates, test.losses, smoothed, suggested(rates, smoothed))
    curve, table = (folder / name for name in FOUND_RATES)
    plots.learning_rate_curve(rates, found.losses, smoothed, curve, found.suggestion)
    _write_table(found, table)
    return found


def suggested(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """The rate in the valley of a curve; see `find_learning_rate`.

    Args:
        rates: Rising learning rates.
        losses: The smoothed loss at each of them.
    """
    first, last = len(rates) // 10, len(rates) - _LAST
    rates, losses = rates[first:last], losses[first:last]
    lengths = [1] * len(losses)
    for i in range(1, len(losses)):
        falls = [lengths[j] for j in range(i) if losses[j] > losses[i]]
        lengths[i] += max(falls, default=0)
    if not lengths or max(lengths) < _SHORTEST:
        return None
    end = lengths.index(max(lengths))
    start = max(0, end - lengths[end])
    section = (end - start) / 3
    return rates[start + int(section) + int(section / 2)]


class _RangeTest(Trial):
    """Raises the rate from step to step and records the loss of every batch."""

    def __init__(self, main: str) -> None:
        super().__init__(STEPS)
        self.rates = np.geomspace(LOWEST, HIGHEST, STEPS)
        self.losses: list[float] = []
        self.smoothed: list[float] = []
        self._log = f"{main}_loss"
        self._mean = 0.0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.model.reset_metrics()  # so that the logs are those of this batch alone
        self.model.optimizer.learning_rate = float(self.rates[self.done])

    def goes_on(self, logs: dict[str, float]) -> bool:
        loss = float(logs[self._log])
        if not math.isfinite(loss):
            return False
        self._mean = _SMOOTHING * self._mean + (1 - _SMOOTHING) * loss
        self.losses.append(loss)
        self.smoothed.append(self._mean / (1 - _SMOOTHING**self.done))
        return self.smoothed[-1] <= _DIVERGED * min(self.smoothed)


def _write_table(found: LearningRates, path: Path) -> None:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("learning_rate", "loss", "smoothed"))
    lines.writerows(zip(found.rates, found.losses, found.smoothed, strict=True))
    with writing(path):
        write_file(path, text.getvalue())
