"""Class weights during training, as a heat map of class by epoch."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import FuncNorm
from matplotlib.ticker import MaxNLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures

PREFIX = "class_weight_"
TICKS = (0.0, 0.5, 0.9, 1.0, 1.1, 1.5, 2.0)
_ROW, _AROUND = 0.14, 0.9  # inches: a row with a label, and what is above and below all rows
MAX_ROWS = 100
"""Maximum number of labelled rows; with more classes, every second, third, ... row is labelled."""


def class_weight_map(
    history: Mapping[str, Sequence[float]],
    path: str | Path,
    *,
    size: tuple[float, float] | None = None,
) -> Path:
    """Draws the weight of every class after every epoch; white is 1, the initial weight.

    Red classes count more than at the start, blue ones less; the numbers are the weights after the
    last epoch. The colours are the same in every plot, from 0 to 2 (and more), and closer together
    near 1. Epochs before any weight has changed are shaded.

    Args:
        history: Column name to its values, one per epoch, with columns `class_weight_<class>`:
            Keras' `History.history`, or the columns of a run's history.csv (its `epoch` column then
            numbers the epochs).
        path: File to write; the suffix selects PNG, PDF or SVG.
        size: Width and height in inches; by default there is room for every class.

    Returns:
        The path.

    Raises:
        ConfigError: The history has no epochs or no class weights.
    """
    names = [name for name in history if name.startswith(PREFIX)]
    weights = np.asarray([history[name] for name in names], np.float64)
    if not weights.size:
        raise ConfigError(
            "The heat map of class weights needs a history with at least one epoch and columns "
            f"'class_weight_<class>'. Received: columns {sorted(history)}."
        )
    epochs = np.asarray(history.get("epoch", np.arange(1, weights.shape[1] + 1)), np.float64)
    full = (7.6, 0.22 * min(len(names), MAX_ROWS) + 1.5)
    figure = figures.new(*(size or full))
    axes = figure.subplots()
    image = axes.imshow(
        weights,
        cmap="RdBu_r",
        norm=FuncNorm((_spread, _gather), 0.0, 2.0),
        aspect="auto",
        interpolation="nearest",
        extent=(epochs[0] - 0.5, epochs[-1] + 0.5, len(names) - 0.5, -0.5),
    )
    _shade(axes, epochs, frozen_epochs(weights), len(names))
    most = int((size[1] - _AROUND) / _ROW) if size else MAX_ROWS
    rows = range(0, len(names), math.ceil(len(names) / most))
    axes.set_yticks(rows, [figures.literal(names[row].removeprefix(PREFIX)) for row in rows])
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    last = axes.secondary_yaxis("right")
    last.set_yticks(rows, [f"{weights[row, -1]:.3f}" for row in rows])
    for one in (axes, last):
        one.tick_params(length=0, labelsize=8, labelcolor=figures.INK)
        for side in one.spines.values():
            side.set_visible(False)
    axes.set_xlabel("epoch", fontsize=9, color=figures.INK)
    axes.set_title("Class weight", fontsize=11, weight="bold", color=figures.INK, loc="left", pad=8)
    bar = figure.colorbar(
        image, ax=axes, pad=0.18 if size else 0.1, fraction=0.04, extend="max", ticks=TICKS
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=8, labelcolor=figures.INK)
    figure.tight_layout()
    return figures.save(figure, path)


def frozen_epochs(weights: np.ndarray) -> int:
    """Number of epochs at the start in which every weight [class, epoch] is still 1."""
    moved = (weights != 1.0).any(axis=0)
    return int(np.argmax(moved)) if moved.any() else 0


def _shade(axes: Axes, epochs: np.ndarray, frozen: int, rows: int) -> None:
    if not frozen:
        return
    begin, end = epochs[0] - 0.5, epochs[frozen - 1] + 0.5
    axes.axvspan(begin, end, facecolor="#eaeef2", edgecolor=figures.FAINT, hatch="///", linewidth=0)
    if frozen > 0.12 * len(epochs):  # room for the word
        middle = (begin + end) / 2, (rows - 1) / 2
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        axes.text(*middle, "frozen", ha="center", va="center", fontsize=9, rotation=90,
                  color=figures.INK, bbox=box)  # fmt: skip


def _spread(weights: np.ndarray) -> np.ndarray:
    """The square root of the distance from 1, with its sign, so that small changes show."""
    distance = np.asarray(weights, np.float64) - 1.0
    return np.sign(distance) * np.sqrt(np.abs(distance))


def _gather(spread: np.ndarray) -> np.ndarray:
    """The inverse of `_spread`."""
    spread = np.asarray(spread, np.float64)
    return 1.0 + np.sign(spread) * spread**2
