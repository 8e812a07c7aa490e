"""Learning curves: losses, scores and loss weights over epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.curve_panels import Line, Panel, panels
from auxnet_keras.plots.palette import lighter

Place = tuple[float, float, float, float]
"""(left, bottom, width, height), as shares of a figure."""

DASHED = (0, (3, 1.5))
LOG_FROM = 10.0
"""An axis is logarithmic if its largest value is so many times the smallest."""
HANDLE = (1.015, 1.065)
"""Begin and end of the piece of a line in front of its name, as shares of a panel's width."""
APART = 0.1
"""Smallest distance of two names, as a share of the height of a panel."""

# All in inches.
LEFT, NAMES = 0.6, 1.25  # of a panel: numbers at its left, names at its right
ABOVE, BELOW = 0.4, 0.5
PANEL = (3.1, 1.9)
NOTE = 0.28


def learning_curves(
    history: Mapping[str, Sequence[float]],
    path: str | Path,
    *,
    monitor: str = "val_segmentation_loss",
    alone: int = 0,
    trace: Mapping[str, Sequence[float]] | None = None,
) -> Path:
    """Draws a column for each task, with its loss and its scores, and one for total and weights.

    A task has the same colour everywhere. Solid lines are training, dashed lines validation; their
    names are next to their ends. A dotted line marks the epoch with the lowest `monitor`, from
    which a run keeps the best weights.

    Args:
        history: Column name to its values, one per epoch: Keras' `History.history`, or the columns
            of a run's history.csv (its `epoch` column then numbers the epochs).
        path: File to write; the suffix selects PNG, PDF or SVG.
        monitor: The column with its best epoch at the lowest value; its task comes first.
        alone: Number of epochs at the start in which only the auxiliary task trained: they are
            shaded, and none of them is the best.
        trace: The columns of a run's weights.csv: the weights of every batch, drawn instead of
            those of every epoch.

    Returns:
        The path.

    Raises:
        ConfigError: The history has no epochs or nothing to draw.
    """
    columns = {name: np.asarray(values, np.float64) for name, values in history.items()}
    length = len(next(iter(columns.values()), ()))
    epochs = columns.pop("epoch", np.arange(1.0, length + 1))
    main = monitor.removeprefix("val_").removesuffix("_loss")
    exact = {name: np.asarray(values, np.float64) for name, values in (trace or {}).items()}
    grid = panels(columns, epochs, main, exact if len(exact.get("epoch", ())) else {})
    if not grid or not length:
        raise ConfigError(
            "Learning curves need a history with at least one epoch and a column such as 'loss' or "
            f"'segmentation_loss'. Received: columns {sorted(columns)} of length {length}."
        )
    best = _best(columns.get(monitor), epochs, alone)
    figure, every = _new(len(grid), max(map(len, grid)))
    for column, places in zip(grid, every, strict=True):
        for panel, place in zip(column, places, strict=False):
            axes = figure.add_axes(place)
            _draw(axes, panel, epochs, best, alone)
            _label(axes, panel.lines)
    validated = any(line.validation for column in grid for panel in column for line in panel.lines)
    notes = _notes(validated, best, monitor, alone)
    between = "    " if len(grid) > 1 else "\n"
    x, y = LEFT / figure.get_figwidth(), NOTE / 4 / figure.get_figheight()
    figure.text(x, y, between.join(notes), fontsize=9, color=figures.INK, va="bottom")
    return figures.save(figure, path)


def _new(columns: int, rows: int) -> tuple[Figure, list[list[Place]]]:
    """A figure, and the places of its panels, column by column, from the top."""
    width = columns * (LEFT + PANEL[0] + NAMES)
    height = rows * (ABOVE + PANEL[1] + BELOW) + (NOTE if columns > 1 else 3 * NOTE)
    places = [
        [
            (
                (column * (LEFT + PANEL[0] + NAMES) + LEFT) / width,
                1 - (row * (ABOVE + PANEL[1] + BELOW) + ABOVE + PANEL[1]) / height,
                PANEL[0] / width,
                PANEL[1] / height,
            )
            for row in range(rows)
        ]
        for column in range(columns)
    ]
    return figures.new(width, height), places


def _notes(validated: bool, best: float | None, monitor: str, alone: int) -> list[str]:
    """What the styles of the lines mean."""
    parts = ["solid: training", "dashed: validation"] if validated else ["training"]
    if best is not None:
        parts.append(f"dotted: epoch {best:g}, the best (lowest {figures.literal(monitor)})")
    if alone:
        parts.append("shaded: the auxiliary task alone")
    return parts


def _best(values: np.ndarray | None, epochs: np.ndarray, alone: int) -> float | None:
    if values is None or not np.isfinite(values[alone:]).any():
        return None
    finite = np.where(np.isfinite(values[alone:]), values[alone:], np.inf)
    return float(epochs[alone:][np.argmin(finite)])


def _draw(axes: Axes, panel: Panel, epochs: np.ndarray, best: float | None, alone: int) -> None:
    values = np.concatenate([line.y[np.isfinite(line.y)] for line in panel.lines] or [[]])
    for line in panel.lines:
        known = ~np.isnan(line.y)  # not every epoch is validated: the line joins those that are
        single = known.sum() == 1
        axes.plot(
            line.x[known],
            line.y[known],
            color=lighter(line.colour, line.tint),
            linestyle=DASHED if line.validation else "-",
            drawstyle="steps-post" if line.steps else "default",
            linewidth=0.9 if line.steps else 1.6,
            marker="o" if single else None,  # a single point has no visible line
            fillstyle="none" if line.validation else "full",
        )
    if panel.shares:
        ends = [line.y[np.isfinite(line.y)][-1] for line in panel.lines]
        axes.set_ylim(0.0, 1.0 if max(ends) <= 1 and values.max() > 0.5 else None)
    elif values.size and 0 < values.min() <= values.max() / LOG_FROM:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(NullLocator())
    if best is not None:
        axes.axvline(best, color="grey", linewidth=1.2, linestyle=":", zorder=1)
    # Weights of batches are at their place in an epoch, which ends at its number.
    half = 0.0 if any(line.steps for line in panel.lines) else 0.5
    if alone:
        axes.axvspan(half, alone + half, color="#eaeef2", linewidth=0, zorder=0)
    axes.set_xlim(epochs[0] - (0.5 if half else 1.0), epochs[-1] + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    figures.plain(axes)
    axes.set_title(panel.title, fontsize=11, weight="bold", color=figures.INK, loc="left")
    axes.set_xlabel("epoch", fontsize=9, color=figures.INK)


def _label(axes: Axes, lines: Sequence[Line]) -> None:
    """Writes the name of each line to the right of its end, a little higher or lower if need be."""
    places = []
    for line in lines:
        finite = line.y[np.isfinite(line.y)]
        if line.label and finite.size:
            point = axes.transData.transform((0, finite[-1]))
            height = float(np.nan_to_num(axes.transAxes.inverted().transform(point)[1]))
            places.append((min(max(height, 0.0), 1.0), line))
    places.sort(key=lambda place: place[0])
    heights = [height for height, _ in places]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + APART)
    excess = max(0.0, heights[-1] - 1.0) if heights else 0.0
    for height, (_, line) in zip(heights, places, strict=True):
        axes.plot(
            HANDLE,
            [height - excess] * 2,
            transform=axes.transAxes,
            color=lighter(line.colour, line.tint),
            linestyle=DASHED if line.validation else "-",
            linewidth=1.6,
            clip_on=False,
        )
        axes.text(
            HANDLE[1] + 0.02,
            height - excess,
            line.label,
            transform=axes.transAxes,
            va="center",
            fontsize=9,
            color=line.colour,
        )
