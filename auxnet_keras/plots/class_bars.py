"""Scores by class as bars, with those of a baseline as marks."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.paired_dots import BETTER, WORSE
from auxnet_keras.plots.palette import lighter

HALF = 30
"""Most classes from either end: hundreds of bars are no picture."""

Pair = tuple[float | None, float | None]


def class_bars(
    panels: Mapping[str, tuple[Mapping[str, Pair], bool, str]],
    names: tuple[str, str],
    path: str | Path,
) -> Path:
    """Draws a panel per score, with a bar per class and a mark where its baseline is.

    The numbers are the score and, in green if it is better and in vermilion if it is worse, its
    difference from the baseline. The classes are in the order of the first panel's score, the best
    first; of more than 60, the best and the worst 30. A class without a score is left out.

    Args:
        panels: Title to ({class: (score, the baseline's)}, whether larger is better, colour).
            `None` is not drawn.
        names: What is scored, and the baseline.
        path: File to write; the suffix selects PNG, PDF or SVG.

    Returns:
        The path.

    Raises:
        ConfigError: No panel has a class.

    Example:
        >>> class_bars({"IoU": ({"car": (0.8, 0.5)}, True, "#0072B2")}, ("auxnet", "segnet"),
        ...            "classes.png")
    """
    scored = (pairs for pairs, _, _ in panels.values())
    classes = list(
        dict.fromkeys(name for pairs in scored for name in pairs if _is_scored(pairs[name]))
    )
    if not classes:
        raise ConfigError(
            "The plot of scores by class needs at least one class. "
            f"Received: {len(panels)} panel(s) without classes."
        )
    values, larger, _ = next(iter(panels.values()))

    def rank(name: str) -> tuple[bool, float]:
        score = values.get(name, (None, None))[0]
        return score is None, 0.0 if score is None else -score if larger else score

    classes.sort(key=rank)
    left_out = len(classes) - 2 * HALF
    if left_out > 0:
        classes = [*classes[:HALF], *classes[-HALF:]]
    height = 0.27 * len(classes) + 1.15
    figure = figures.new(4.9 * len(panels) + 1.2, height)
    grid = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axes, (title, (pairs, better, colour)) in zip(grid, panels.items(), strict=True):
        _draw(axes, classes, pairs, better, colour)
        direction = "higher" if better else "lower"
        axes.set_title(f"{title} ({direction} is better)", fontsize=11, weight="bold", loc="left",
                       color=figures.INK)  # fmt: skip
    grid[0].set_yticks(range(len(classes)), list(map(figures.literal, classes)))
    grid[0].invert_yaxis()
    own, baseline = map(figures.literal, names)
    marked = any(pair[1] is not None for pairs, _, _ in panels.values() for pair in pairs.values())
    note = f"bar: {own}" + (f"    mark and difference: {baseline}" if marked else "")
    if left_out > 0:
        note += f"    the {left_out} classes between the best and the worst {HALF} are left out"
    figure.tight_layout(rect=(0, 0.3 / height, 1, 1), w_pad=2.0)
    figure.text(0.1 / figure.get_figwidth(), 0.1 / height, note, fontsize=9, color=figures.INK)
    return figures.save(figure, path)


def _is_scored(pair: Pair) -> bool:
    """Whether a score or its baseline is there."""
    return any(value is not None for value in pair)


def _draw(
    axes: Axes, classes: list[str], pairs: Mapping[str, Pair], larger_is_better: bool, colour: str
) -> None:
    known = [value for pair in pairs.values() for value in pair if value is not None]
    most = max([value for value in known if np.isfinite(value)], default=1.0) or 1.0
    for y, name in enumerate(classes):
        value, baseline = pairs.get(name, (None, None))
        if value is not None:
            axes.barh(y, value, height=0.7, color=lighter(colour, 0.25))
            axes.text(1.15 * most, y, f"{value:.3f}", ha="right", va="center", fontsize=9,
                      color=figures.INK)  # fmt: skip
        if baseline is not None:
            axes.plot([baseline] * 2, [y - 0.42, y + 0.42], color=figures.INK, linewidth=2.0)
        if value is not None and baseline is not None:
            difference = value - baseline
            good = difference > 0 if larger_is_better else difference < 0
            shown = figures.INK if abs(difference) < 5e-4 else BETTER if good else WORSE
            axes.text(1.33 * most, y, f"{difference:+.3f}", ha="right", va="center", fontsize=9,
                      color=shown)  # fmt: skip
    marked = any(baseline is not None for _, baseline in pairs.values())
    axes.set_xlim(0, (1.35 if marked else 1.17) * most)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= most])
    figures.plain(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=figures.FAINT, linewidth=0.6, alpha=0.7)
