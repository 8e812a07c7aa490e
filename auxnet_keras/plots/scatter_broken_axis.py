"""Losses of two tasks against each other, with broken axes for outlying points."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.palette import style

FAR = 3.0
"""An axis is broken at a gap this many times as wide as the points on both sides span."""


def scatter_broken_axis(
    points: Mapping[str, Sequence[tuple[float, float]]],
    path: str | Path,
    *,
    labels: tuple[str, str],
    lines: tuple[float | None, float | None] = (None, None),
) -> Path:
    """Draws each arm's mean as a marker and its runs as faint dots (Learning Boost, Figures 2-4).

    Args:
        points: Arm to (x, y) of each of its runs.
        path: File to write; the suffix selects PNG, PDF or SVG.
        labels: Labels of the axes.
        lines: Losses of the single-task networks: a vertical line at x, a horizontal line at y.

    Returns:
        The path.

    Raises:
        ConfigError: No points, or points that are not finite.

    Example:
        >>> scatter_broken_axis({"class-wise": [(0.42, 3.8)]}, "losses.png",
        ...                     labels=("segmentation", "depth"), lines=(0.45, 3.97))
    """
    every = np.array([pair for pairs in points.values() for pair in pairs], np.float64)
    if not every.size or not np.isfinite(every).all():
        raise ConfigError(
            "The scatter plot needs at least one run, and every run needs finite losses of both "
            f"tasks. Received: {every.tolist()!r:.100}."
        )
    # The single-task lines count as points on the axis.
    x_parts = axis_parts([*every[:, 0], *([] if lines[0] is None else [lines[0]])])
    y_parts = axis_parts([*every[:, 1], *([] if lines[1] is None else [lines[1]])])[::-1]
    figure = figures.new(7.8, 4.8)
    grid = figure.subplots(
        len(y_parts),
        len(x_parts),
        squeeze=False,
        sharex="col",
        sharey="row",
        width_ratios=_shares(len(x_parts)),
        height_ratios=_shares(len(y_parts))[::-1],
    )
    for row, y_part in zip(grid, y_parts, strict=True):
        for axes, x_part in zip(row, x_parts, strict=True):
            _draw(axes, points, lines)
            axes.set_xlim(*x_part)
            axes.set_ylim(*y_part)
            axes.xaxis.set_major_locator(MaxNLocator(5 if x_part == x_parts[0] else 2))
            figures.plain(axes)
            axes.grid(axis="x", color=figures.FAINT, linewidth=0.6, alpha=0.7)
    _mark_breaks(grid)
    figure.supxlabel(labels[0], fontsize=9, color=figures.INK)
    figure.supylabel(labels[1], fontsize=9, color=figures.INK)
    handles, names = grid[0, 0].get_legend_handles_labels()
    figure.tight_layout(rect=(0, 0, 0.7, 1), h_pad=0.4, w_pad=0.4)
    figure.legend(
        handles, names, frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(0.7, 0.5)
    )
    return figures.save(figure, path)


def axis_parts(values: Sequence[float]) -> list[tuple[float, float]]:
    """The ranges of an axis: one, or two around the widest gap if it is wide enough.

    Args:
        values: The values on the axis.
    """
    ordered = np.unique(np.asarray(values, np.float64))
    parts = [ordered]
    if len(ordered) > 2:
        gaps = np.diff(ordered)
        k = int(np.argmax(gaps)) + 1
        below, above = ordered[:k], ordered[k:]
        if gaps[k - 1] > FAR * (np.ptp(below) + np.ptp(above)):
            parts = [below, above]
    return [_with_margin(part) for part in parts]


def _with_margin(part: np.ndarray) -> tuple[float, float]:
    margin = 0.12 * np.ptp(part) or 0.1 * abs(part[0]) or 1.0
    return float(part[0] - margin), float(part[-1] + margin)


def _shares(parts: int) -> list[float]:
    return [1.0] if parts == 1 else [3.0, 1.0]


def _draw(
    axes: Any,
    points: Mapping[str, Sequence[tuple[float, float]]],
    lines: tuple[float | None, float | None],
) -> None:
    for value, draw, name in zip(
        lines, (axes.axvline, axes.axhline), ("single segmentation", "single depth"), strict=True
    ):
        if value is not None:
            dash = "--" if name.endswith("depth") else ":"
            draw(value, color=figures.INK, linewidth=1.2, linestyle=dash, label=name, zorder=1)
    for number, (arm, pairs) in enumerate(points.items()):
        own, runs = style(number), np.asarray(pairs, np.float64)
        if len(runs) > 1:
            axes.scatter(*runs.T, s=14, alpha=0.35, linewidths=0, **own)
        axes.scatter(*runs.mean(axis=0), s=52, label=figures.literal(arm), zorder=3, **own)


def _mark_breaks(grid: np.ndarray) -> None:
    """Draws a short stroke on both sides of a break, and no spine between them."""
    stroke = {
        "marker": [(-0.6, -1), (0.6, 1)],
        "markersize": 8,
        "linestyle": "none",
        "color": figures.INK,
        "clip_on": False,
    }
    rows, columns = grid.shape
    for axes in grid[:, 1:].ravel():
        axes.spines["left"].set_visible(False)
        axes.tick_params(left=False)
    for axes in grid[:-1, :].ravel():
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(bottom=False)
    if columns > 1:
        grid[-1, 0].plot([1], [0], transform=grid[-1, 0].transAxes, **stroke)
        grid[-1, 1].plot([0], [0], transform=grid[-1, 1].transAxes, **stroke)
    if rows > 1:
        grid[0, 0].plot([0], [0], transform=grid[0, 0].transAxes, **stroke)
        grid[1, 0].plot([0], [1], transform=grid[1, 0].transAxes, **stroke)
