"""Scores over label budgets: what labels are worth with and without an auxiliary task."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import NullLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.named_arms import named_arms
from auxnet_keras.plots.palette import style

Point = tuple[float, float, float]


def budget_curve(
    curves: Mapping[str, Mapping[int, Point]],
    baseline: str,
    path: str | Path,
    *,
    score: str,
    worth: Mapping[str, tuple[int, float, float]] | None = None,
) -> Path:
    """Draws a line per arm over the number of labels (log axis), with intervals as bars.

    Of more than twenty arms, the three best and the three worst at the largest budget have a colour
    and a name; the others are grey, without intervals.

    Args:
        curves: Arm to {labels: (mean, low, high)}; NaN ends are not drawn.
        baseline: The arm to draw in black.
        path: File to write; the suffix selects PNG, PDF or SVG.
        score: Name of the score, used as the title.
        worth: Arm to (its labels, its score, number of labels with which the baseline reaches that
            score), drawn as a dotted line between the two numbers.

    Returns:
        The path.

    Raises:
        ConfigError: The baseline has no curve.

    Example:
        >>> budget_curve({"segnet": {30: (27.6, 27.1, 28.1)}}, "segnet", "budgets.png", score="IoU")
    """
    if not curves.get(baseline):
        raise ConfigError(
            "The plot of scores over label budgets needs the scores of the baseline. "
            f"Received: {baseline!r} of {sorted(curves)}."
        )
    figure = figures.new(7.6, 4.6)
    axes = figure.subplots()
    labels = sorted({n for curve in curves.values() for n in curve})
    others = named_arms({arm: curve[max(curve)][0] for arm, curve in curves.items()}, baseline)
    for arm in (each for each in curves if each != baseline and each not in others):
        _draw_faint(axes, curves[arm])
    for number, arm in enumerate([baseline, *others]):
        own = style(number - 1) if number else {"color": figures.INK, "marker": "o"}
        # Side by side, to separate the intervals at the same budget.
        shift = 1.0 + 0.012 * (number - len(others) / 2)
        _draw(axes, arm, curves[arm], shift, own, number == 0)
        if worth and arm in worth:
            start, level, end = worth[arm]
            axes.plot([start, end], [level, level], color=own["color"], linestyle=":", linewidth=1)
            axes.plot([end], [level], marker="|", color=own["color"], markersize=9)
    axes.set_xscale("log")
    axes.set_xticks(labels, [str(n) for n in labels])
    axes.xaxis.set_minor_locator(NullLocator())
    figures.plain(axes)
    axes.set_xlabel("labelled images", fontsize=9, color=figures.INK)
    axes.set_title(score, fontsize=11, weight="bold", loc="left", color=figures.INK)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.tight_layout()
    return figures.save(figure, path)


def _draw_faint(axes: Any, curve: Mapping[int, Point]) -> None:
    x = sorted(curve)
    axes.plot(x, [curve[n][0] for n in x], color=figures.FAINT, linewidth=1, zorder=1)


def _draw(
    axes: Any,
    arm: str,
    curve: Mapping[int, Point],
    shift: float,
    own: Mapping[str, str],
    strong: bool,
) -> None:
    x = np.array(sorted(curve), np.float64)
    mean, low, high = np.array([curve[int(n)] for n in x], np.float64).T
    bars = np.nan_to_num([mean - low, high - mean])
    axes.errorbar(
        x * shift,
        mean,
        yerr=bars,
        label=figures.literal(arm),
        linewidth=2.0 if strong else 1.4,
        markersize=5,
        elinewidth=1.0,
        capsize=2,
        zorder=3 if strong else 2,
        **own,
    )
