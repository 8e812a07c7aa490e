"""Class weights during training, as a heat map of class by epoch."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.colors import TwoSlopeNorm
from matplotlib.ticker import MaxNLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures

PREFIX = "class_weight_"
MIN_SPAN = 1e-3
"""Smallest half-width of the colour scale: closer to 1, all weights look white."""
MAX_ROWS = 100
"""Maximum number of labelled rows; with more classes, every second, third, ... row is labelled."""


def class_weight_map(
    history: Mapping[str, Sequence[float]], path: str | Path, *, width: float = 7.6
) -> Path:
    """Draws the weight of every class after every epoch; white is 1, the initial weight.

    Red classes count more than at the start, blue ones less; the numbers are the weights after the
    last epoch.

    Args:
        history: Column name to its values, one per epoch, with columns `class_weight_<class>`:
            Keras' `History.history`, or the columns of a run's history.csv (its `epoch` column then
            numbers the epochs).
        path: File to write; the suffix selects PNG, PDF or SVG.
        width: In inches.

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
    span = max(float(np.nanmax(np.abs(weights - 1.0))), MIN_SPAN)
    figure = figures.new(width, 0.22 * min(len(names), MAX_ROWS) + 1.5)
    axes = figure.subplots()
    image = axes.imshow(
        weights,
        cmap="RdBu_r",
        norm=TwoSlopeNorm(1.0, max(0.0, 1.0 - span), 1.0 + span),
        aspect="auto",
        interpolation="nearest",
        extent=(epochs[0] - 0.5, epochs[-1] + 0.5, len(names) - 0.5, -0.5),
    )
    rows = range(0, len(names), math.ceil(len(names) / MAX_ROWS))
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
    bar = figure.colorbar(image, ax=axes, pad=0.1, fraction=0.04)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=8, labelcolor=figures.INK)
    figure.tight_layout()
    return figures.save(figure, path)
