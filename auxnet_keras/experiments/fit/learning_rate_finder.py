"""Finds a learning rate: it rises from step to step, and the loss says which one to use."""

import csv
import dataclasses
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from auxnet_keras import plots
from auxnet_keras.core.step_state import hand_back
from auxnet_keras.experiments.config.config_file import as_config
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.trial import Trial, run_trial
from auxnet_keras.experiments.run.folder import FOUND_RATES, check_free, default_folder
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

LOWEST, HIGHEST = 1e-7, 10.0
STEPS = 100
_SIGMA = 4.0  # steps
_MEMORY = 0.9  # of the mean that says when to end
_DIVERGED = 4.0  # times its lowest value
_LEAST = 0.02  # of the loss: a fall that counts


@dataclasses.dataclass(frozen=True)
class LearningRates:
    """What a learning-rate finder measured.

    Attributes:
        rates: The learning rate of every step, rising.
        losses: The loss of the main task on the batch of that step.
        smoothed: These losses, smoothed; on a noisy curve the fall is hard to see otherwise.
        suggestion: The suggested learning rate; `None` if the loss did not fall anywhere.
    """

    rates: Sequence[float]
    losses: Sequence[float]
    smoothed: Sequence[float]
    suggestion: float | None


def find_learning_rate(config: RunConfig | Mapping[str, Any] | str | Path) -> LearningRates:
    """Trains a hundred steps with a rising learning rate, and suggests one.

    The rate of step i of n is `1e-7 (10 / 1e-7)^(i / (n - 1))`. The loss is that of the main task,
    unweighted. The test ends early when its mean over the last steps, `m <- 0.9 m + 0.1 L`, is four
    times the lowest one, or when the loss is not finite.

    The suggestion is the rate at which the loss falls fastest per factor of the rate, the steepest
    point of the curve before its lowest one. The losses are first smoothed over the steps by a
    Gaussian with a standard deviation of 4 steps, which delays nothing; the first tenth of the
    steps does not count. Without a fall of 2 % there is no suggestion.

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
        >>> settings["learning_rate"] = found.suggestion  # doctest: +SKIP

    Reference:
        Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3. The
        range, the end and the steepest point: fastai's `lr_find(suggest_funcs=steep)`.
    """
    config = as_config(config)
    folder = Path(config.out or default_folder(config))
    check_free(folder)
    test = _RangeTest(config.main)
    run_trial(config, test)
    rates = test.rates[: len(test.losses)].tolist()
    smoothed = smooth(test.losses)
    found = LearningRates(rates, test.losses, smoothed, steepest(rates, smoothed))
    curve, table = (folder / name for name in FOUND_RATES)
    plots.learning_rate_curve(rates, found.losses, smoothed, curve, found.suggestion)
    _write_table(found, table)
    return found


def smooth(losses: Sequence[float]) -> list[float]:
    """The losses of steps, smoothed without delay."""
    return gaussian_filter1d(np.asarray(losses, np.float64), _SIGMA, mode="nearest").tolist()


def steepest(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """The rate at which the loss falls fastest; `None` if it does not fall.

    Args:
        rates: Rising learning rates.
        losses: The smoothed loss at each of them.
    """
    first = len(rates) // 10
    values = np.asarray(losses)
    lowest = first + int(np.argmin(values[first:])) if len(values) else 0
    if lowest == first or values[first] - values[lowest] < _LEAST * values[first]:
        return None
    slopes = np.gradient(values, np.log(rates))
    return float(rates[first + int(np.argmin(slopes[first:lowest]))])


class _RangeTest(Trial):
    """Raises the rate from step to step and records the loss of every batch."""

    def __init__(self, main: str) -> None:
        super().__init__(STEPS)
        self.rates = np.geomspace(LOWEST, HIGHEST, STEPS)
        self.losses: list[float] = []
        self._log = f"{main}_loss"
        self._mean, self._lowest = 0.0, math.inf

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        hand_back(self.model)  # on JAX, what is set below would not count otherwise
        self.model.reset_metrics()  # so that the logs are those of this batch alone
        self.model.optimizer.learning_rate = float(self.rates[self.done])

    def goes_on(self, logs: dict[str, float]) -> bool:
        loss = float(logs[self._log])
        if not math.isfinite(loss):
            return False
        self.losses.append(loss)
        self._mean = _MEMORY * self._mean + (1 - _MEMORY) * loss
        mean = self._mean / (1 - _MEMORY**self.done)  # it began at 0
        self._lowest = min(self._lowest, mean)
        return mean <= _DIVERGED * self._lowest


def _write_table(found: LearningRates, path: Path) -> None:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("learning_rate", "loss", "smoothed"))
    lines.writerows(zip(found.rates, found.losses, found.smoothed, strict=True))
    with writing(path):
        write_file(path, text.getvalue())
