"""How the tasks' gradients compare over the training: four panels."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.palette import COLOURS, task_colours

NORM, CONDITION = "gradient_norm_", "gradient_condition"
PANELS = {
    NORM: "Norm of the gradient",
    "gradient_cosine_": "Cosine of two tasks",
    "gradient_magnitude_similarity_": "Similarity of the norms",
    CONDITION: "Condition (1: at right angles)",
}
LIMITS = {"gradient_cosine_": (-1.05, 1.05), "gradient_magnitude_similarity_": (0.0, 1.05)}
FEW = 60
"""Up to so many measurements, each is also a dot."""


def gradient_diagnostics(columns: Mapping[str, Sequence[float]], path: str | Path) -> Path:
    """Draws norms, cosines, similarity of the norms and condition over the epochs.

    Cosines below 0, where the tasks are in conflict, are shaded. A value that was not defined
    leaves a gap.

    Args:
        columns: `GradientDiagnostics.measured`, the columns of its CSV file, or Keras'
            `History.history`; `epoch` is optional.
        path: File to write; the suffix selects PNG, PDF or SVG.

    Returns:
        The path.

    Raises:
        ConfigError: No measurement.

    Example:
        >>> gradient_diagnostics(
        ...     {"gradient_norm_segmentation": [2.0, 1.0], "gradient_norm_depth": [9.0, 4.0]},
        ...     "gradients.png")
    """
    tasks = [name.removeprefix(NORM) for name in columns if name.startswith(NORM)]
    count = len(columns[NORM + tasks[0]]) if tasks else 0
    if not count:
        raise ConfigError(
            "The figure of the gradients needs at least one measurement of GradientDiagnostics. "
            f"Received: columns {sorted(columns)} of length {count}."
        )
    x = np.asarray(columns.get("epoch", np.arange(1.0, count + 1)))
    label, colour = _names(tasks)
    figure = figures.new(11.0, 5.6)
    for axes, (start, title) in zip(figure.subplots(2, 2).flat, PANELS.items(), strict=True):
        for name in (name for name in columns if name.startswith(start)):
            key = name.removeprefix(start)
            _line(axes, x, np.asarray(columns[name], np.float64), label(key), colour(key))
        _finish(axes, start, title)
    figure.tight_layout()
    return figures.save(figure, path)


def _names(tasks: Sequence[str]) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Functions from what follows a column's prefix to the line's label and its colour."""
    own = task_colours(tasks)
    pairs = [f"{a}_{b}" for a, b in itertools.combinations(tasks, 2)]
    labels = {
        f"{a}_{b}": figures.literal(f"{a} and {b}") for a, b in itertools.combinations(tasks, 2)
    }
    labels |= {task: figures.literal(task) for task in tasks}
    # One pair is black, like everything that belongs to no task.
    of_pairs = [figures.INK, *COLOURS[2:], *COLOURS[:2]]
    colours = {pair: of_pairs[n % len(of_pairs)] for n, pair in enumerate(pairs)} | own
    return (lambda key: labels.get(key, "")), (lambda key: colours.get(key, figures.INK))


def _line(axes: Axes, x: np.ndarray, y: np.ndarray, label: str, colour: str) -> None:
    mark = "o" if len(x) <= FEW else None
    axes.plot(x, y, color=colour, linewidth=1.4, marker=mark, markersize=3, label=label)


def _finish(axes: Axes, start: str, title: str) -> None:
    values = np.concatenate([np.ravel(each.get_ydata()) for each in axes.lines] or [np.empty(0)])
    if start in LIMITS:
        axes.set_ylim(*LIMITS[start])
    elif (values > 0).any():
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(NullLocator())
    if start == CONDITION:  # so that one near 1 looks like it
        axes.set_ylim(1.0, max(2.0, 1.1 * float(np.nanmax(values, initial=1.0))))
    if start == "gradient_cosine_":
        axes.axhspan(-1.05, 0.0, color="#eaeef2", linewidth=0, zorder=0)
        axes.text(0.01, 0.02, "conflict", transform=axes.transAxes, fontsize=9, color=figures.INK)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    figures.plain(axes)
    axes.set_title(title, fontsize=11, weight="bold", color=figures.INK, loc="left")
    axes.set_xlabel("epoch", fontsize=9, color=figures.INK)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
